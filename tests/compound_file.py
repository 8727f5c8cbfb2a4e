"""Writes compound files (OLE2), the format of Outlook messages, small enough for a single FAT sector."""

from __future__ import annotations

import struct
from typing import TypeAlias

Storage: TypeAlias = "dict[str, bytes | Storage]"
FREE, END, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF
SECTOR, MINI = 512, 64


def compound_file(root: Storage) -> bytes:
    """Return the bytes of a file with these streams and storages; every stream must be shorter than 4,096 bytes."""
    names: list[tuple[str, int, bytes, list[int]]] = [("Root Entry", 5, b"", [])]

    def add(storage: Storage, parent: int) -> None:
        for name, content in storage.items():
            names.append(
                (name, 1 if isinstance(content, dict) else 2, b"" if isinstance(content, dict) else content, [])
            )
            number = len(names) - 1
            names[parent][3].append(number)
            if isinstance(content, dict):
                add(content, number)

    add(root, 0)
    mini, chain, starts = b"", [], {}
    for number, (_, kind, data, _) in enumerate(names):
        if kind == 2 and data:
            starts[number] = len(chain)
            sectors = -(-len(data) // MINI)
            chain += [*range(len(chain) + 1, len(chain) + sectors), END]
            mini += data.ljust(sectors * MINI, b"\0")
    siblings = {a: b for _, _, _, kids in names for a, b in zip(kids, kids[1:], strict=False)}
    entries = b""
    mini_sectors = -(-len(mini) // SECTOR)
    directory_sectors, fat_of_mini = -(-len(names) // 4), -(-4 * len(chain) // SECTOR)
    first_mini = 1 + directory_sectors + fat_of_mini
    for number, (name, kind, data, kids) in enumerate(names):
        start = first_mini if number == 0 else starts.get(number, 0)
        size = len(mini) if number == 0 else len(data)
        entries += name.encode("utf-16-le").ljust(64, b"\0") + struct.pack(
            "<HBBIII16xI8x8xIII",
            2 * len(name) + 2,
            kind,
            1,
            NONE,
            siblings.get(number, NONE),
            kids[0] if kids else NONE,
            0,
            start,
            size,
            0,
        )
    fat = [0xFFFFFFFD]
    for count in (directory_sectors, fat_of_mini, mini_sectors):
        fat += [*range(len(fat) + 1, len(fat) + count), END]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + struct.pack(
        "<16xHHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 1 + directory_sectors, fat_of_mini, END, 0
    )
    header += struct.pack("<109I", 0, *[FREE] * 108)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    mini_table = struct.pack(f"<{len(chain)}I", *chain).ljust(fat_of_mini * SECTOR, b"\xff")
    entries = entries.ljust(directory_sectors * SECTOR, b"\0")
    return header + table + entries + mini_table + mini.ljust(mini_sectors * SECTOR, b"\0")


def outlook_message(texts: dict[str, str], attached: dict[str, bytes | None], sent: int) -> bytes:
    """Return an Outlook message: texts by hexadecimal property, attachments by name, the time as a Windows FILETIME.

    An attachment without data is a message inside the message, which has a displayed name only.
    """
    root: Storage = {}
    table = struct.pack("<8x4I8x", 0, len(attached), 0, len(attached)) + struct.pack("<IIQ", 0x00390040, 6, sent)
    for tag, text in texts.items():
        root[f"__substg1.0_{tag}001F"] = text.encode("utf-16-le")
        table += struct.pack("<IIII", int(tag + "001F", 16), 6, 2 * len(text) + 2, 0)
    root["__properties_version1.0"] = table
    for number, (name, data) in enumerate(attached.items()):
        named = "3707001F" if data is not None else "3001001F"
        entries = struct.pack("<8xIIII", int(named, 16), 6, 2 * len(name) + 2, 0)
        inside: Storage = {f"__substg1.0_{named}": name.encode("utf-16-le")}
        if data is not None:
            entries += struct.pack("<IIII", 0x37010102, 6, len(data), 0)
            inside["__substg1.0_37010102"] = data
        entries += struct.pack("<IIII", 0x37050003, 6, 1 if data is not None else 5, 0)
        root[f"__attach_version1.0_#{number:08X}"] = {"__properties_version1.0": entries, **inside}
    return compound_file(root)
