"""Pure decisions of registers: positions in a list, headings of a workbook."""
