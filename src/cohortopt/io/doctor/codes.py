"""What each code means: CO1xx stop the reading, CO2xx were mended, CO3xx deserve a look.

Codes are stable: they may be retired, never reused for something else. ``docs/codes.md`` is this
table, and a test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """One code: a short title, what happens, and what to do about it."""

    code: str
    title: str
    meaning: str
    remedy: str


_TABLE = (
    # errors: nothing is read, nothing is written
    ("CO101", "The file cannot be opened", "It is missing, a folder, or may not be read.",
     "Check the path; put it in quotes where it has spaces."),
    ("CO102", "Too large", "At most 50 MB, 200,000 rows and 64 kB in one cell are read.",
     "Delete what the program does not need, or split the file."),
    ("CO103", "Not a table", "The file holds a picture, a web page, JSON, a pointer, merge marks "
     "or a workbook under another name.", "Export the roster as CSV or xlsx again."),
    ("CO104", "The encoding cannot be read", "The bytes are neither valid UTF-8 nor an encoding "
     "that can be told safely.", "Save as \"CSV UTF-8\"."),
    ("CO105", "NUL byte in the file", "Text never holds this byte: the file is damaged, or UTF-16 "
     "without its mark.", "Export the file again."),
    ("CO106", "A quote is never closed", "A cell starts with a double quote that does not end, so "
     "the rows after it would be swallowed.", "Delete the quote, or close it before the comma."),
    ("CO107", "The file is empty", "There is nothing in it but perhaps empty lines.",
     "Export the roster again."),
    ("CO108", "No people", "There is a heading, and no row below it that can be used.",
     "Add at least two people; see the other problems for rows that were left out."),
    ("CO109", "Two columns mean the same", "Two headings name one column, and their cells differ.",
     "Rename or delete one of the two, or say which in `columns`."),
    ("CO110", "Two people with one id", "The same id stands on rows with different names.",
     "Give one of them another id."),
    ("CO111", "`columns` does not fit", "It names a heading that the file does not have, or a "
     "column that does not exist.", "Copy the heading from the first row of the file."),
    ("CO112", "The workbook cannot be opened safely", "It is damaged, protected, or unpacks to far "
     "more than it holds.", "Save it again in Excel or LibreOffice, or export CSV."),
    ("CO113", "No such sheet", "The workbook has no sheet of that name.",
     "Use one of the names in the message."),
    ("CO114", "The table lacks a column", "Skills, scores, pairs and history need certain columns.",
     "Name the columns as the message says."),
    ("CO115", "A row of the table cannot be used", "A number is missing, or out of its range.",
     "Correct the cell."),
    ("CO150", "No solution there", "There is no solution.json, or it cannot be opened.",
     "Name a folder that `solve` wrote, or its solution.json."),
    ("CO151", "Not JSON", "The file is no JSON.", "Use the file as `solve` wrote it."),
    ("CO152", "Not a solution of this version", "The file is JSON, but no solution that this "
     "version reads.", "Solve again with this version."),
    ("CO153", "A part of the solution is wrong", "A value in the file is not what it must be.",
     "Use the file as `solve` wrote it."),
    ("CO154", "The scenario of a solution is missing", "What was solved is needed too, and is not "
     "where the solution says.", "Name it with --scenario."),
    ("CO160", "No scenario there", "The scenario is missing, or it cannot be opened as text.",
     "Check the path."),
    ("CO161", "Not TOML", "The scenario breaks the rules of TOML at the place in the message.",
     "Correct that line."),
    ("CO162", "No roster named", "The scenario says nothing about who takes part.",
     'Add roster = "people.csv".'),
    ("CO163", "Unknown key", "A key of the scenario is not known.",
     "See the suggestion, or `cohortopt schema scenario`."),
    ("CO164", "A setting cannot be used", "A value of the scenario has the wrong kind or range.",
     "See what is expected, or `cohortopt schema scenario`."),
    ("CO165", "`--set` not understood", "A change on the command line is no key=value.",
     "Write --set seconds=30."),
    ("CO166", "Unknown program", "A program of that name is not in the solution.",
     "Use a name from the message."),
    ("CO167", "An assignment row cannot be used", "A program, match, person, role, slot or mark is "
     "missing or unknown.", "Correct the row."),
    ("CO168", "A request cannot be used", "A part of a request to `serve` is missing or wrong.",
     "See what the message expects."),
    ("CO169", "Dask cannot be used", "It is not installed, or its scheduler does not answer.",
     "Install cohortopt[dask]; check the address."),
    ("CO170", "Nothing to keep from", "--keep-all-of names a program of an earlier solution, and "
     "none is given.", "Add --previous with the folder of that solution."),
    ("CO171", "A locked match breaks a rule", "A match that must stay does what a rule forbids, "
     "alone or beside the other locked ones.", "Unlock the match, or loosen the rule."),
    ("CO172", "No event to plan again", "--from plans the rest of an event again, and the program "
     "has no dated sessions.", "Leave out --from."),
    ("CO173", "No such column", "A rule or goal names a column that the roster does not have.",
     "Correct the name in the scenario, or add the column."),
    ("CO174", "A demand about a stranger", "`locked`, `together` or `required` names an id that is "
     "not on the roster.", "Use ids of the roster."),
    # repairs: done, and said
    ("CO201", "Not UTF-8", "The file was read as Windows-1252, as Excel in western Europe writes.",
     "Compare the sample; save as \"CSV UTF-8\" to be sure."),
    ("CO202", "Rows above the heading", "A title or a second heading above the headings was left "
     "out.", "Nothing, if the headings were found."),
    ("CO203", "The heading again", "A row that repeats the headings was left out.", "Nothing."),
    ("CO204", "A totals row", "A row of totals is no person and was left out.", "Nothing."),
    ("CO205", "The same row twice", "Two rows are the same; they became one person.", "Nothing."),
    ("CO206", "One person on two rows", "Rows that complete each other became one person.",
     "Check the roles if that surprises you."),
    ("CO207", "Text tidied", "Invisible characters, line breaks, tags or formula signs were taken "
     "out of a text.", "Nothing."),
    ("CO208", "Skill respelled", "Spellings of one skill were joined, or two skills in one "
     "entry taken apart.",
     "To keep two skills apart, say so in skills.csv (spelling,skill)."),
    ("CO209", "Level in words", "A word was read as a number of the usual ladder.",
     "Give your own order with `levels`."),
    ("CO210", "Time zone named", "A city, country or abbreviation was read as a time zone.",
     "Nothing, if it is the right one."),
    ("CO211", "Hours rewritten", "Hours in another style were read.", "Nothing."),
    ("CO212", "Number rewritten", "A number in words, with a decimal comma or with a remark was "
     "read.", "Nothing."),
    ("CO213", "Person named", "A name or e-mail address was read as that person's id.", "Nothing."),
    ("CO214", "Mistyped name", "Exactly one person has nearly this name (one or two letters "
     "off, similarity at least 0.85).", "Check that it is the right person."),
    ("CO215", "Cells beyond the headings", "Cells to the right of the last heading were "
     "dropped.", "Nothing."),
    ("CO216", "E-mail tidied", "A prefix or a repetition was taken off an address.", "Nothing."),
    ("CO217", "Mastery in words", "A word was read as 1 to 5.", "Nothing."),
    ("CO218", "Role in other words", "A word was read as mentor, mentee, peer, both or none.",
     "Nothing."),
    ("CO219", "Accents mended", "Text that was decoded wrongly once before was put right.",
     "Nothing."),
    ("CO220", "Odd quotes", "A quote stands inside a cell that has none round it, or text "
     "follows the closing one; it was kept as text.", "Double the quotes inside a quoted cell."),
    # warnings: read on, but look
    ("CO301", "The encoding is a guess", "Several encodings fit; the likeliest was taken.",
     "Compare the sample; save as \"CSV UTF-8\" to be sure."),
    ("CO302", "Two encodings in one file", "Most lines are UTF-8; this one is not and was read as "
     "Windows-1252.", "Check the accents on that line."),
    ("CO303", "Row too short", "Cells are missing at its end, so the row was left out.",
     "Add the missing cells."),
    ("CO304", "Row too long", "It has more cells than there are headings.",
     "Quote cells that hold the separator."),
    ("CO305", "No id column", "E-mail addresses or row numbers serve as ids.",
     "Add a column `id`, so that people keep their id when rows move."),
    ("CO306", "No id on a row", "The e-mail address or the row number serves as id.",
     "Fill in the id."),
    ("CO307", "Conflicting rows of one person", "The first row counts, the later was left out.",
     "Keep the right one of the two."),
    ("CO308", "Ids look alike", "They differ only by case, spaces, look-alike letters or the way a "
     "number is written.", "Make sure that they are two people."),
    ("CO309", "Shared e-mail", "Two people have one e-mail address.",
     "Make sure that they are two people."),
    ("CO310", "Maybe one person twice", "Two people have the same name but for accents or case.",
     "Make sure that they are two people."),
    ("CO311", "Only one person", "There is nobody to match with.", "Add people."),
    ("CO312", "Heading nearly known", "A heading is close to a known one; it was not taken for it.",
     "Rename it, or map it with `columns`."),
    ("CO313", "Very many columns", "Unknown columns beyond the first 1,000 were ignored.",
     "Delete columns that the program does not need."),
    ("CO314", "Cells without a heading", "A column without a heading holds text; it was dropped.",
     "Give the column a heading."),
    ("CO315", "No known heading", "All columns are kept as they are.",
     "Map the headings with `columns`."),
    ("CO316", "Line break in a cell", "Rows below are numbered by lines of the file, ahead of the "
     "spreadsheet's own numbers.", "Replace line breaks in cells by spaces."),
    ("CO317", "Other sheets", "The workbook has other sheets with text; one was chosen.",
     "Name the sheet with --sheet; for several, list each in the scenario as a [[roster]] with "
     "file, sheet and role."),
    ("CO318", "Everyone is alike", "Skills, level and hours are the same for all, so one match is "
     "as good as another.", "Check that the right columns were read."),
    ("CO319", "Heading may mean a column", "The words of an unknown heading, or the cells below "
     "it, look like a known column. It was not taken for it, and is kept as an attribute.",
     "Rename it, or map it with `columns`; to keep it, map it to \"attribute\"."),
    ("CO320", "Blank", "Most people have this; this one has not, so it is unknown.", "Fill it in."),
    ("CO321", "Level unknown", "It is no number and no known grade; the level is unknown.",
     "Write a whole number, or list the grade in `levels`."),
    ("CO322", "Not a usable number", "The cell is no number within its limits; the default counts.",
     "Write a plain number."),
    ("CO323", "A range of numbers", "The smaller one is used.", "Write one number."),
    ("CO324", "Time zone unknown", "The name is unknown or could be several; the scenario's zone "
     "counts.", "Write a name like Europe/London."),
    ("CO325", "Daylight saving unclear", "An offset or abbreviation does not say whether clocks "
     "change.", "Write a name like Europe/London."),
    ("CO326", "Hours not understood", "A part of the cell was left out; without any it is "
     "unknown.", "Write hours like \"Mon 09:00-12:00; Wed 14:00-16:30\"."),
    ("CO327", "Hours vague", "Words were read as usual hours.",
     "Write hours like \"Mon 09:00-12:00; Wed 14:00-16:30\"."),
    ("CO329", "E-mail unusable", "The cell is no address and was left blank.",
     "Write one address."),
    ("CO330", "Mastery out of range", "Skills run from 1 to 5; the nearest was taken.",
     "Write 1 to 5."),
    ("CO331", "Skill twice in one cell", "The higher number counts.", "Delete one."),
    ("CO332", "Very many skills", "The first 200 of the cell are kept.", "Keep those that matter."),
    ("CO333", "Skill nearly known", "A spelling is close to a commoner one; they were not joined.",
     "If they are one skill, add a line to skills.csv (spelling,skill)."),
    ("CO334", "Looks like a date", "Spreadsheets turn such texts into dates.",
     "Retype the cell as text, or in the form of the others."),
    ("CO335", "Spreadsheet error", "The cell holds an error value and counts as blank.",
     "Mend the formula and export again."),
    ("CO336", "Role unknown", "The cell is none of mentor, mentee, peer, both, none.",
     "Use one of these words."),
    ("CO337", "Characters were lost", "A question mark inside a name: an export dropped a "
     "letter.", "Export as \"CSV UTF-8\" and check the name."),
    ("CO338", "Very long text", "A name, department or skill was cut.", "Shorten it."),
    ("CO340", "Nobody of that name", "A list names somebody outside the roster; the entry was left "
     "out.", "Use an id of the roster."),
    ("CO341", "Several people of that name", "It could mean either, so it was left out.",
     "Use the id."),
    ("CO342", "Oneself", "A person names himself or herself; the entry was left out.",
     "Delete the entry."),
    ("CO343", "Wish and veto at once", "The same person is wished and vetoed; the veto counts.",
     "Delete one of the two."),
    ("CO344", "Managers in a circle", "Following managers upwards leads back to the same person.",
     "Correct one manager."),
    ("CO345", "Manager not in the roster", "Kept as the attribute `manager_outside`.",
     "Nothing, if that is so."),
    ("CO346", "Two files disagree", "The same person has different values; the first counts.",
     "Correct one of the files."),
    ("CO347", "Not active", "The status says left or on leave; the person is not matched.",
     "Delete the status to match the person."),
    ("CO350", "A table names a stranger", "A row of a table names somebody who is not in the "
     "roster; it has no effect.", "Use ids of the roster."),
    ("CO351", "Kept apart from nobody", "An `apart` list of the scenario names an id that is not "
     "on the roster; it has no effect.", "Nothing, if the person has left."),
)  # fmt: skip

CODES: dict[str, Code] = {row[0]: Code(*row) for row in _TABLE}
"""Every code, in order."""


def explain_code(code: str) -> str:
    """Return what a code means, as text.

    Raises
    ------
    KeyError
        If there is no such code.
    """
    found = CODES[code.strip().upper()]
    return f"{found.code}  {found.title}\n\n{found.meaning}\n\nWhat to do: {found.remedy}\n"


def codes_page() -> str:
    """Return the page ``docs/codes.md``."""
    kinds = (
        ("1", "Errors", "The command stops with exit code 1 and writes nothing."),
        ("2", "Repaired", "Read as meant; `check --fix` writes it that way."),
        ("3", "Warnings", "Read on with what is left; look at these."),
    )
    lines = [
        "# Codes of the roster doctor",
        "",
        "Each problem that `cohortopt check` reports carries one of these codes. They are stable.",
        "`cohortopt check --explain CODE` prints the same text.",
    ]
    for digit, title, meaning in kinds:
        lines += [
            "",
            f"## {title}",
            "",
            meaning,
            "",
            "| code | title | what happens | what to do |",
        ]
        lines.append("|---|---|---|---|")
        lines += [
            f"| {c.code} | {c.title} | {c.meaning} | {c.remedy} |"
            for c in CODES.values()
            if c.code[2] == digit
        ]
    return "\n".join(lines) + "\n"
