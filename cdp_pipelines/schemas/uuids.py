"""UUIDs of version 5 from a hash that has taken in the namespace and what all names begin with."""


def uuid5(seed, name: bytes | memoryview) -> str:
    """Return the UUIDv5 of a name; `seed` is a hash of `hashlib.sha1` over what stands before it."""
    digest = seed.copy()
    digest.update(name)
    text = digest.hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"
