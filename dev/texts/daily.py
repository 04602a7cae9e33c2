"""Writes `functions/study/src/daily/verses.txt`: the verse of each of 366 days.

Arguments: `web.chapters.jsonl`, `crossrefs.jsonl` and `versification.json` of shared/scripture/texts, decompressed; the
file to write.

The verses below were written down by hand as verses that are well known and that say something by themselves. A verse
is kept when its text in the World English Bible begins with a capital, ends with a sentence and has 20 to 260
characters; it may be part of a longer speech. The days of Christmas and the turn of the year have verses of their own.
The other days have those to which the most other verses refer. The verses of a book are spread over the year. Easter
moves, so that its days have no verses of their own.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Multiples of the golden ratio, less their whole parts, are spread evenly from 0 to 1.
GOLDEN = 0.6180339887498949

SEASON = {
    "01-01": "ISA 43:19",
    "01-06": "ISA 60:1",
    "12-01": "ISA 9:2",
    "12-06": "MAL 4:2",
    "12-13": "ZEC 9:9",
    "12-18": "JER 23:5",
    "12-19": "ISA 11:1",
    "12-20": "MIC 5:2",
    "12-21": "ISA 7:14",
    "12-22": "MAT 1:21",
    "12-23": "MAT 1:23",
    "12-24": "ISA 9:6",
    "12-25": "LUK 2:11",
    "12-26": "JHN 1:14",
    "12-27": "LUK 2:14",
    "12-28": "1JN 4:9",
    "12-29": "1JN 4:14",
    "12-30": "2CO 9:15",
    "12-31": "PSA 90:12",
}

OTHERS = """
GEN 1:1 1:27 1:31 9:13 12:2 18:14 28:15 50:20
EXO 14:14 15:2 20:12 33:14 34:6
LEV 19:18
NUM 6:24 6:25 6:26 23:19
DEU 4:29 6:4 6:5 7:9 8:3 10:12 30:19 31:6 31:8 32:4 33:27
JOS 1:8 1:9 24:15
RUT 1:16
1SA 2:2 12:24 16:7
2SA 22:31 22:33
1CH 16:11 16:34 29:11
2CH 7:14 15:7 16:9
NEH 8:10
JOB 5:17 19:25 23:10 28:28 37:5 42:2
PSA 1:1 1:2 1:3 3:3 4:8 5:3 8:1 8:4 9:1 9:9 9:10 16:8 16:11 18:1 18:2 18:30 19:1 19:7 19:14 20:7 23:1 23:4 23:6
PSA 24:1 25:4
PSA 25:5 26:8 27:1 27:4 27:14 28:7 29:11 30:5 31:24 32:8 33:4 33:12 33:20 34:1 34:4 34:8 34:18 36:5 36:7 37:3 37:4
PSA 37:5
PSA 37:23 40:1 40:3 42:1 42:11 46:1 46:10 47:1 48:14 51:10 51:12 55:22 56:3 57:1 62:1 62:8 63:1 63:3 66:1 67:1
PSA 68:19 71:5
PSA 73:26 84:10 84:11 86:5 86:11 89:1 90:2 91:1 91:2 91:11 92:1 94:19 95:1 95:6 96:1 98:1 100:4 100:5 103:1 103:2
PSA 103:8
PSA 103:12 103:13 105:4 107:1 107:9 111:10 112:1 113:3 115:1 116:1 117:1 118:1 118:14 118:24 119:9 119:11 119:18
PSA 119:89
PSA 119:105 119:114 119:130 119:165 121:2 121:7 121:8 122:1 122:6 126:3 126:5 127:1 130:5 133:1 136:1 138:8 139:1
PSA 139:14
PSA 139:23 141:3 143:8 143:10 145:3 145:8 145:9 145:18 147:3 147:5 150:6
PRO 1:7 2:6 3:5 3:6 3:9 4:23 9:10 10:12 11:2 11:25 12:25 13:20 14:26 15:1 15:3 15:13 15:16 16:3 16:9 16:18 16:24
PRO 16:32
PRO 17:17 17:22 18:10 18:24 19:17 19:21 21:21 22:1 22:6 24:16 25:11 27:1 27:17 27:19 28:13 29:25 30:5 31:30
ECC 3:1 3:11 4:9 7:8 11:1 12:13
SNG 8:7
ISA 1:18 2:4 2:5 6:3 12:2 25:1 26:3 26:4 30:15 30:18 30:21 32:17 40:8 40:11 40:28 40:29 40:31 41:10 41:13 43:2
ISA 44:22
ISA 45:22 46:4 49:15 49:16 52:7 53:5 53:6 54:10 55:6 55:8 55:11 57:15 58:11 59:1 61:1 64:8 66:13
JER 9:24 17:7 29:11 29:13 31:3 32:17 33:3
LAM 3:22 3:25
EZK 34:15 36:26
DAN 2:20
HOS 6:3 10:12 14:9
JOL 2:13 2:28
AMO 5:24
MIC 6:8 7:7 7:18
NAM 1:7
HAB 2:14 2:20 3:18 3:19
ZEP 3:17
ZEC 4:6
MAT 5:3 5:4 5:5 5:6 5:7 5:8 5:9 5:14 5:16 5:44 6:20 6:21 6:33 6:34 7:7 7:8 7:12 11:28 11:29 11:30 16:26 18:20
MAT 20:28 21:22
MAT 24:35 28:20
MRK 8:36 10:45 11:24 11:25 12:30 12:31
LUK 1:37 6:31 6:36 6:38 11:9 12:32 12:34 16:10 18:27 19:10
JHN 1:1 1:5 1:12 3:16 3:17 4:14 4:24 5:24 6:35 6:37 7:38 8:12 8:32 8:36 10:10 10:11 10:27 11:25 12:46 13:34 13:35
JHN 14:1
JHN 14:6 14:13 14:15 14:27 15:4 15:5 15:7 15:9 15:12 15:13 16:24 16:33 17:3 17:17
ACT 1:8 3:19 4:12 16:31 17:28 20:35
ROM 1:16 1:20 5:1 5:5 5:8 6:23 8:1 8:18 8:26 8:28 8:31 8:38 10:9 10:13 10:17 11:33 11:36 12:1 12:2 12:9 12:10
ROM 12:12
ROM 12:15 12:18 12:21 13:8 13:10 14:8 14:17 15:4 15:5 15:13
1CO 1:9 1:18 1:25 2:9 3:11 3:16 10:13 10:31 12:4 13:4 13:7 13:8 13:13 14:33 15:57 15:58 16:13 16:14
2CO 1:3 3:17 4:7 4:16 5:7 5:17 5:21 8:9 9:6 9:7 9:8 12:9 13:11
GAL 2:20 3:28 5:1 5:13 5:14 5:22 5:25 6:2 6:7 6:9 6:10
EPH 1:3 2:8 2:10 2:14 3:20 4:2 4:29 4:32 5:1 5:2 5:8 6:10
PHP 1:6 1:21 2:3 2:4 2:13 3:14 4:4 4:5 4:6 4:7 4:8 4:11 4:13 4:19
COL 1:17 2:6 3:2 3:12 3:14 3:15 3:16 3:17 3:23 4:2 4:6
1TH 5:11 5:16 5:17 5:18 5:21 5:24
2TH 3:3 3:5 3:13 3:16
1TI 1:15 1:17 2:5 4:12 6:6 6:12
2TI 1:7 2:13 2:15 2:22 3:16 4:7
HEB 4:12 4:16 10:23 10:24 11:1 11:3 11:6 12:1 12:14 13:2 13:5 13:8 13:15 13:16
JAS 1:2 1:5 1:12 1:17 1:19 1:22 1:27 2:17 3:17 3:18 4:7 4:8 4:10 5:13 5:16
1PE 1:3 1:8 1:25 2:9 2:24 3:8 3:15 4:8 4:10 5:6 5:7 5:10
2PE 1:3 3:8 3:9 3:18
1JN 1:5 1:7 1:9 2:17 3:1 3:16 3:18 4:4 4:7 4:8 4:10 4:11 4:12 4:16 4:18 4:19 5:4 5:14
3JN 1:2 1:11
JUD 1:21
REV 1:8 3:20 4:11 5:12 7:12 15:3 21:3 21:4 21:5 22:13 22:17
"""


def main() -> None:
    web, references, canon, out = (Path(argument) for argument in sys.argv[1:])
    texts = _texts(web)
    fame = Counter(target for line in _lines(references) for target in line["refs"])
    season = list(SEASON.values())
    written = [f"{line.split()[0]} {place}" for line in OTHERS.split("\n") if line for place in line.split()[1:]]
    others = [verse for verse in dict.fromkeys(written) if verse not in season and _stands_alone(texts[verse])]
    days = [f"{month:02}-{day:02}" for month, most in enumerate(DAYS, 1) for day in range(1, most + 1)]
    free = [day for day in days if day not in SEASON]
    for verse in season:
        if not _stands_alone(texts[verse]):
            sys.exit(f"{verse} does not stand alone: {texts[verse]}")
    others = sorted(others, key=lambda verse: -fame[verse])
    print(f"{len(others)} verses for {len(free)} days; the last has {fame[others[len(free) - 1]]} references to it")
    chosen = dict(SEASON)
    dealt = _dealt(others[: len(free)], free)
    chosen.update(dealt)
    names = {book["usfm"]: book["osis"] for book in json.loads(canon.read_text())["books"]}
    lines = [f"{day} {names[chosen[day][:3]]}.{chosen[day][4:].replace(':', '.')}\n" for day in days]
    out.write_text("".join(lines))


def _dealt(verses: list[str], days: list[str]) -> dict[str, str]:
    """Spreads each book's verses evenly over the year, and the famous ones among the others."""
    books: dict[str, list[str]] = defaultdict(list)
    for verse in verses:
        books[verse[:3]].append(verse)
    placed = []
    for number, its in enumerate(books.values()):
        mixed = sorted(its, key=lambda verse: its.index(verse) * GOLDEN % 1)
        placed += [((place + number * GOLDEN % 1) / len(its), verse) for place, verse in enumerate(mixed)]
    return dict(zip(days, (verse for _, verse in sorted(placed)), strict=True))


def _stands_alone(text: str) -> bool:
    """Whether a text is complete sentences, and neither too short nor too long for a day."""
    is_whole = re.search(r"[.!?][”’]*$", text) and text.lstrip("“‘")[0].isupper()
    return bool(is_whole) and 20 <= len(text) <= 260


def _texts(path: Path) -> dict[str, str]:
    """The text of each verse."""
    parts: dict[str, list[str]] = defaultdict(list)
    for chapter in _lines(path):
        for block in chapter["blocks"]:
            for run in block.get("runs", []):
                if "x" in run and "v" in run and block["t"] not in ("d", "h", "sp"):
                    parts[f"{chapter['book']} {chapter['chapter']}:{run['v']}"].append(run["x"])
    joined = {verse: " ".join(" ".join(texts).split()) for verse, texts in parts.items()}
    return {verse: re.sub(r"\s+([,.;:!?’”])", r"\1", text) for verse, text in joined.items()}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
