#!/usr/bin/env python3
"""Writes single_byte_indexes.cc: the Encoding standard's single-byte indexes (section 5), from Python's codecs.

They agree with the standard but in CORRECTIONS and in the holes of windows-*: in 80-9F these are C1 controls there.
Run it in this folder: ./generate_single_byte_indexes.py > single_byte_indexes.cc && clang-format -i single_byte_indexes.cc
"""

CODECS = {
    "ibm866": "cp866", "iso-8859-2": "", "iso-8859-3": "", "iso-8859-4": "", "iso-8859-5": "", "iso-8859-6": "",
    "iso-8859-7": "", "iso-8859-8": "", "iso-8859-10": "", "iso-8859-13": "", "iso-8859-14": "", "iso-8859-15": "",
    "iso-8859-16": "", "koi8-r": "", "koi8-u": "", "macintosh": "mac_roman", "windows-874": "cp874",
    "windows-1250": "", "windows-1251": "", "windows-1252": "", "windows-1253": "", "windows-1254": "",
    "windows-1255": "", "windows-1256": "", "windows-1257": "", "windows-1258": "", "x-mac-cyrillic": "mac_cyrillic",
}
CORRECTIONS = {"koi8-u": {0xAE: 0x45E, 0xBE: 0x40E}, "windows-1255": {0xCA: 0x5BA}}


def code_point(name, byte):
    """The code point of a byte, 0 where the standard's index has none."""
    if byte in CORRECTIONS.get(name, {}):
        return CORRECTIONS[name][byte]
    try:
        return ord(bytes([byte]).decode(CODECS[name] or name))
    except UnicodeDecodeError:
        return byte if name.startswith("windows-") and byte < 0xA0 else 0


def main():
    print("// Written by generate_single_byte_indexes.py.")
    print('#include "url/single_byte_indexes.h"\n')
    print("namespace pagehaul {\nnamespace {\n")
    print("constexpr NamedSingleByteIndex kIndexes[] = {")
    for name in CODECS:
        points = ", ".join(f"0x{code_point(name, byte):04X}" for byte in range(0x80, 0x100))
        print(f'    {{"{name}", {{{points}}}}},')
    print("};\n\n}  // namespace\n")
    print("std::span<const NamedSingleByteIndex> single_byte_indexes() { return kIndexes; }\n")
    print("}  // namespace pagehaul")


main()
