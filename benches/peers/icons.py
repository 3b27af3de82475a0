#!/usr/bin/env python3
"""Draws 806 glyphs of two icon fonts as icons of 16 x 16 grey values in one IDX file.

    apt install fonts-font-awesome fonts-materialdesignicons-webfont
    pip install pillow fonttools
    benches/peers/icons.py icons.idx && bmm train --k 10 --data icons.idx
"""

import struct
import sys

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

FONTS = [
    "/usr/share/fonts/truetype/font-awesome/fontawesome-webfont.ttf",
    "/usr/share/fonts/truetype/materialdesignicons-webfont/materialdesignicons-webfont.ttf",
]
SIDE, SIZE, COUNT = 16, 14, 806
PRIVATE_USE = 0xE000


def icons():
    """The glyphs in the fonts' private range, centred, without blank ones."""
    for path in FONTS:
        font = ImageFont.truetype(path, SIZE)
        for code in sorted(TTFont(path).getBestCmap()):
            image = Image.new("L", (SIDE, SIDE), 0)
            draw = ImageDraw.Draw(image)
            left, top, right, bottom = draw.textbbox((0, 0), chr(code), font=font)
            if code < PRIVATE_USE or right <= left or bottom <= top:
                continue
            at = ((SIDE - right + left) / 2 - left, (SIDE - bottom + top) / 2 - top)
            draw.text(at, chr(code), fill=255, font=font)
            pixels = image.tobytes()
            if max(pixels) >= 128:
                yield pixels


def main():
    found = [pixels for pixels, _ in zip(icons(), range(COUNT))]
    header = struct.pack(">IIII", 0x803, len(found), SIDE, SIDE)
    with open(sys.argv[1], "wb") as file:
        file.write(header + b"".join(found))


main()
