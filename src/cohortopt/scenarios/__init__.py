"""What assignments amount to, compared: figures, scenarios side by side, sweeps."""
