# The chat in a container: slim, not root, models inside, documents and index in volumes.
#
#   docker build -t rag .
#   docker run --rm -p 127.0.0.1:7860:7860 -v "$PWD/seeds:/app/seeds" -v rag-index:/app/index -v rag-conversations:/app/conversations rag
#
# Open the printed address, which includes the token. To let others in, give names with passwords instead of the token
# (`-e RAG_AUTH=...`, a line of `rag password NAME`, and `-e RAG_HOSTS=` with the name by which they reach it), and put TLS before
# it. On a machine without a GPU give `--build-arg TORCH_INDEX=...`, the index of torch's CPU builds that
# pytorch.org names, or gigabytes of CUDA come along. The seeds folder has to be writable for user 1000 if files are to be added
# from the page.
FROM python:3.11-slim

ARG TORCH_INDEX=""
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    RAG_CACHE=/opt/rag-models \
    RAG_NO_BROWSER=1 \
    RAG_ADDRESS=0.0.0.0 \
    RAG_CONTAINER=1

WORKDIR /app
RUN useradd --uid 1000 --create-home rag \
    && install -d -o rag -g rag /app /app/seeds /app/index /app/conversations /opt/rag-models

# torch first: it is the largest layer and changes least
COPY constraints.txt ./
RUN PIP_EXTRA_INDEX_URL="$TORCH_INDEX" pip install --constraint constraints.txt torch==2.13.0
COPY requirements.txt ./
RUN pip install --constraint constraints.txt --requirement requirements.txt
COPY rag rag

USER 1000
RUN python -m rag fetch all-MiniLM-L6-v2 && python -m rag fetch SmolLM2-135M-Instruct
COPY --chown=rag:rag app.py ./
COPY --chown=rag:rag seeds seeds

ENV HF_HUB_OFFLINE=1
VOLUME ["/app/seeds", "/app/index", "/app/conversations"]
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/ui/static/icon.svg', timeout=4)"]
CMD ["python", "app.py"]
