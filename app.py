"""Opens the chat: `python app.py`. The first start fetches the model and builds the index of `seeds/`; later ones do neither."""

from __future__ import annotations

import sys

from rag.display import plain
from rag.errors import RagError


def main() -> None:
    """Say what is being done, open the chat, and end with one clear line if that cannot be."""
    print("starting", flush=True)  # noqa: T201  a door speaks to its user
    from rag.web import serve

    try:
        serve(say=lambda line: print(line, flush=True))  # noqa: T201
    except (RagError, OSError, ValueError) as error:
        sys.exit(plain(f"rag: {error}"))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
