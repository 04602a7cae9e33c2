"""The settings of each function in the template.

`make check` compares this list with `template.yaml`, the Rust code and the table in docs/operations.md.
"""

GENERATION = ("insight", "definition", "chat")
# Functions that answer HTTP and use the database.
STORING = ("bible", "user", "device-link", *GENERATION)
HTTP = (*STORING, "study")
# Functions that use the database.
DATABASE = (*STORING, "cleanup", "migrate")
ALL = (*HTTP, "cleanup", "migrate")

_BY_FUNCTIONS: dict[tuple[str, ...], str] = {
    ALL: "VERSE_ENV METRICS_NAMESPACE",
    DATABASE: "DB_HOST DB_PORT DB_NAME DB_AUTH DB_SECRET_ARN DB_USER",
    HTTP: "CORS_ORIGINS",
    STORING: "STORE_PER_MINUTE",
    ("study",): "API_DOCS",
    # The session's answer contains the rest of the daily quota.
    ("user", *GENERATION): "DAILY_LIMIT USER_MEGABYTES",
    GENERATION: "ADDRESS_PER_MINUTE AI_PROVIDER AI_SECRET_ARN ANTHROPIC_MODEL ANTHROPIC_BASE_URL OPENAI_MODEL "
    "OPENAI_BASE_URL BEDROCK_MODEL",
    ("insight", "definition"): "GENERATE_PER_MINUTE",
    ("insight",): "MAX_TOKENS_INSIGHTS",
    ("definition",): "MAX_TOKENS_DEFINITION",
    ("chat",): "CHAT_PER_MINUTE EMBEDDING_PROVIDER EMBEDDING_MODEL MAX_TOKENS_CHAT CONVERSATION_HISTORY_CHAR_LIMIT",
    ("device-link",): "WRONG_CODES WRONG_CODES_PER_ADDRESS WRONG_CODES_MINUTES",
}
SETTINGS = {name: functions for functions, names in _BY_FUNCTIONS.items() for name in names.split()}

# Settings that the code reads and the template does not set, each with the reason.
ELSEWHERE: dict[str, str] = {
    "DATABASE_URL": "for a developer's machine; a deployment sets DB_HOST and the like instead",
    "DATABASE_MAX_CONNECTIONS": "the default is right everywhere",
    "DB_CA_FILE": "for tests: root certificates besides Amazon's, which are in the binary",
    "AWS_ENDPOINT_URL": "for tests: a substitute for Secrets Manager",
    "ANTHROPIC_API_KEY": "a key: it is in the secret of AI_SECRET_ARN, never in the environment",
    "OPENAI_API_KEY": "a key: it is in the secret of AI_SECRET_ARN, never in the environment",
    "OPENAI_EMBEDDING_BASE_URL": "for a developer's machine: in a deployment OPENAI_BASE_URL serves both",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "for tests: a substitute for Bedrock",
    "AWS_LAMBDA_FUNCTION_NAME": "set by Lambda",
    "AWS_REGION": "set by Lambda",
    "AWS_LAMBDA_RUNTIME_API": "set by Lambda",
}
