"""The roster doctor: from any table that people really have to people, and what was mended.

``sheet`` gives rows of text; ``headings`` and ``hints`` say what columns mean; ``body`` sets
strange rows aside; ``rows`` reads the cells, with a reader for each kind of text; ``people`` and
``references`` make people of rows; ``codes`` says what each remark means. ``io.roster`` puts them
in order, and ``mended`` writes the cleaned twin.
"""
