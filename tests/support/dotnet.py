"""Bodies as .NET writes them, which no Python client does (api-spec/CLIENTS.md quirks 2 and 3)."""

import json
import re
import uuid


def system_text_json(value):
    """Imitates `JsonSerializer.Serialize`, whose default encoder leaves few characters as they
    are."""

    def escape(match):
        units = match[0].encode("utf-16-be")
        return "".join(f"\\u{units[i : i + 2].hex().upper()}" for i in range(0, len(units), 2))

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace('\\"', "\\u0022")
    return re.sub("['<>&+`]|[^\0-\x7f]", escape, text).encode("ascii")


def multipart(file_name_parameters, content):
    """Returns the Content-Type and the body of a `MultipartFormDataContent` with one file."""
    boundary = str(uuid.uuid4())
    head = f"Content-Disposition: form-data; name=file; {file_name_parameters}"
    body = f"--{boundary}\r\n{head}\r\n\r\n".encode() + content
    body += f"\r\n--{boundary}--\r\n".encode()
    return f'multipart/form-data; boundary="{boundary}"', body
