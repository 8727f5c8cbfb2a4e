"""Opens the chat: `python app.py`. The first start downloads the model and builds the index of `seeds/`."""

from __future__ import annotations

import sys

from rag.display import plain
from rag.errors import RagError


def main() -> None:
    """Report progress, open the chat, and exit with one clear line on failure."""
    print("starting", flush=True)  # noqa: T201  output for the user
    from rag.web import serve

    try:
        serve(say=lambda line: print(line, flush=True))  # noqa: T201
    except (RagError, OSError, ValueError) as error:
        sys.exit(plain(f"rag: {error}"))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
