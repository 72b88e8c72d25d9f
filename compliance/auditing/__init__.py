"""Files of plots or proposals judged all at once: read and checked, judged by columns, written with a summary and a page."""
