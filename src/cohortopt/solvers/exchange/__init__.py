"""Partners and rings: matching in general graphs, packing of cycles."""
