"""Says everything that the interface says, so that wording and translation have one place."""

from __future__ import annotations

TITLE = "Ask your documents"
LOCAL = "Everything stays on this machine"
REMOTE = "Your question and the quoted passages are sent to {address}"
MODEL = "worded by {model}"
QUOTES_ONLY = "answers in quotes only"

# conversation
WELCOME = "What would you like to know?"
WELCOME_MORE = (
    "Ask in your own words. You get an answer with numbered sources; click a number to read the place it came from."
)
EXAMPLES = "For example"
EXAMPLE_SECTION = "What is said about “{name}”?"
EXAMPLE_DOCUMENT = "What is “{name}” about?"
ASK_LABEL = "Your question"
ASK_PLACEHOLDER = "Ask about your documents…"
SEND = "Ask"
STOP = "Stop"
NEW_CONVERSATION = "New conversation"
CONVERSATIONS = "Conversations"
NO_CONVERSATIONS = "Conversations are kept here, on this machine."
UNTITLED = "Untitled"
RENAME = "Rename"
DELETE = "Delete"
RENAME_PROMPT = "A new name for this conversation"
DELETE_CONFIRM = "Delete this conversation for good?"
WAITING_MODELS = "Loading the models. Your question is next…"
SEARCHING = "Looking through the documents…"
READING = "Reading {count} passages…"
STOPPED = "Stopped. What was checked so far is shown."
STOPPED_EMPTY = "Stopped before a sentence was checked. Ask again whenever you like."
QUESTION_EMPTY = "Type a question first."
QUESTION_LONG = "That question has {length:,} characters; the most is {limit:,}. Please shorten it."
EDITING = "You are editing an earlier question. Asking it again replaces that answer and those after it."
EDIT_CANCEL = "Keep the old answer"

# an answer
VERDICT_QUOTED_WHY = "The answer is in your documents' own words."
VERDICT_SUPPORTED_WHY = "The answer was put together from these quotes, and checked against them."
VERDICT_MIXED_WHY = (
    "Underlined in the answer: a document's own words. The rest was worded from these quotes, and checked against them."
)
REFUSED_TITLE = "The documents do not answer this"
REFUSED = "The nearest passages are listed under Sources; perhaps another wording finds it."
NOT_VERIFIED_TITLE = "No answer could be verified"
NOT_VERIFIED = "The passages that come near are listed under Sources; perhaps another wording finds it."
NEAR = (
    "Near, but not taken for an answer: these sentences touch on the question, and the program is not sure enough that they "
    "answer it. They stand in your documents word for word."
)
VERDICT_NEAR_WHY = "The documents' own words. They come near the question; that they answer it could not be verified."
COPY = "Copy"
COPY_HINT = "Copy the answer with its sources"
COPY_ONLY = "Copy answer only"
COPY_ONLY_HINT = "Copy the answer without its sources"
TABLE = "Table"
COPIED = "Copied"
RETRY = "Ask again"
EDIT = "Edit"
EDIT_HINT = "Edit the question and ask it again"
HELPFUL = "Helpful"
UNHELPFUL = "Not helpful"
SHOW_SOURCES = "Sources"
EXPLAIN = "how this was found"
CHECKED_SOURCE = ("{count} quote", "{count} quotes")
SECONDS = "{seconds:.1f} s"
CITE = "Source {marker}: {title}. “{quote}”"

# sources
SOURCES = "Sources"
SOURCES_EMPTY = "The places an answer comes from are shown here, with the quoted sentence marked."
SOURCES_OF = "For: {question}"
ALSO_READ = "Also read, not quoted ({count})"
NEAREST = "The nearest passages"
WHILE_READING = "Passages being read"
PAGE = "page {page}"
STATED_IN = "Stated in {count} places"
OPEN_DOCUMENT = "Open the document here"
BACK_TO_SOURCES = "Back to the sources"
CHANGED = "This document changed after the index was built. Rebuild to read it as it is now."
GONE = "This document is no longer there. The quote is kept as it was."
MOVED = "The document reads differently now, so the quote cannot be shown in place."
EARLIER = "Earlier in the document"
LATER = "Later in the document"
PAGE_PICTURE = "Page {page} of {title}, with the quote boxed"

# explain
STANDALONE = "Searched for"
SCORES = "Passages and their scores"
STAGES = "Milliseconds per stage"
REJECTED = "Worded by the model, turned down by the check"
VERDICTS = "Sentences"
CONFIDENCE = "Confidence that the documents answer"
NO_SCORES = "No scores were kept for this answer."

YES = "OK"
NO = "Cancel"
TROUBLE = "That could not be loaded. Try again."

# documents
DOCUMENTS = "Documents"
CHAT = "Chat"
SETTINGS = "Settings"
EMPTY_LIBRARY = "No documents yet"
EMPTY_LIBRARY_MORE = "Add files on this page, or put them into the folder {folder}, then rebuild. Text, Markdown, PDF, Word, web pages and more are read."
ADD_FILES = "Add files"
ADD_FILES_HINT = "They are copied into {folder}. At most {limit} MB each."
REBUILD = "Rebuild the index"
REBUILD_HINT = "The old index answers until the new one is ready."
REBUILDING = "Rebuilding: {stage}"
REBUILD_CANCEL = "Cancel"
REBUILD_CANCELLING = "Cancelling…"
REBUILD_CANCELLED = "Cancelled. The old index answers as before."
REBUILD_DONE = "Done in {seconds:.1f} s: {read} documents, {passages} passages. The new index answers now."
REMOVE = "Remove"
REMOVED = "Moved {name} to {folder}. Rebuild so that it is no longer answered from."
ADDED = "Added {names}. Rebuild so that it is read."
STATE_READY = "Ready"
STATE_CHANGED = "Changed, rebuild to read it"
STATE_NEW = "New, rebuild to read it"
STATE_GONE = "File gone, rebuild to forget it"
STATE_SKIPPED = "Skipped: {reason}"
COLUMN_DOCUMENT = "Document"
COLUMN_PAGES = "Pages"
COLUMN_PASSAGES = "Passages"
COLUMN_FOLDED = "Duplicates folded"
COLUMN_STATE = "State"
FILE_TOO_LARGE = "{name} has {size:.0f} MB; the most is {limit} MB. It was not added."
FILE_NAME = "{name} cannot be used as a file name. It was not added."
FILE_KIND = "{name} is of a kind that is not read. It was not added."
FILE_EXISTS = "{name} is there already. Remove it first, or rename the new one. It was not added."

# settings
SCOPE = "Answer from"
SCOPE_HINT = "Only these documents are searched. Choose none to search all."
SCOPED = "Answering from {count} of {total} documents."
PASSAGES = "Passages read for an answer"
PASSAGES_HINT = "More passages find more and take longer."
STRICTNESS = "When the documents come near without clearly answering"
# Nothing is ever shown that no quote bears out, in neither mode: lenient lowers what counts as an answer, never the check.
STRICTNESS_HINT = "Either way, every sentence is checked against its quote, and what no document mentions is refused."
STRICT = "Strict: say that the documents do not answer"
LENIENT = "Lenient: quote the nearest sentences, marked as not verified"
QUOTES = "Answer in quotes only"
QUOTES_HINT = "The documents' own sentences, never reworded. The fastest and most literal answers."
SETTINGS_KEPT = "Kept in this browser."
MODELS = "Who words the answers"
MODELS_HINT = "Whatever words them, each sentence is checked against its quote, and the quote is shown where it strays."
MODEL_USUAL = "{model}, which came with the chat"
MODEL_LOCAL = "Another model on this machine"
MODEL_SERVER = "A server that speaks OpenAI's protocol"
MODEL_NAME = "Name of the model"
MODEL_NAME_HINT = "On this machine: a folder, or a name like owner/model that `hf download` has fetched. On a server: the name that it knows."
MODEL_ADDRESS = "Address of the server"
MODEL_ADDRESS_HINT = "For example http://127.0.0.1:11434/v1. At any other address than this machine's own, your questions and the quotes are sent there."
MODEL_KEY = "Key, if the server wants one"
MODEL_KEY_HINT = "Kept in the program's memory until it ends, never on disk and never in the browser."
MODEL_USE = "Use this model"
MODEL_TRYING = "Trying {model}…"
MODEL_USED = "{model} words the answers now."
MODEL_FAILED = "That model cannot be used. {reason}. {model} goes on answering."
MODEL_FAILED_HERE = "The model could not word this answer, so it is given in quotes. {reason}"
MODEL_UNNAMED = "Give the name of the model first"
MODEL_UNADDRESSED = "Give the address of the server first"
MODEL_FIXED = "{model} words the answers here; whoever runs this page has chosen it."

# trouble
FAILED = "That did not work: {reason}"
FAILED_UNKNOWN = (
    "Something went wrong while answering ({kind}). Nothing was lost; ask again. The terminal shows the details."
)

NOT_KEPT = "This answer was not kept: {reason}. It is gone when the page is left."

# doors
NO_TOKEN = (
    "This page belongs to whoever started the chat. Open the address that its terminal shows, with the token in it."
)
NO_PASSWORD = "A name and a password are needed here."
TOO_MANY = "Too many wrong passwords. Try again in {seconds} seconds."
TOO_LARGE = "That is longer than anything this page sends."
NOT_SERVED = "There is nothing here."
NO_EVENT = "Only this server's own page may ask, and it does not ask like this."
WITHOUT_PASSWORD = (
    "'{address}' can be reached by others, who could read and remove your documents. Give --auth with a line of "
    "`rag password NAME`; or --let-anyone-in, if that is meant"
)

# export
EXPORT_MARKDOWN = "Save as Markdown"
EXPORT_JSON = "Save as JSON"


def plural(forms: tuple[str, str], count: int) -> str:
    """Pick the form for a count and fill it in."""
    return forms[count != 1].format(count=count)
