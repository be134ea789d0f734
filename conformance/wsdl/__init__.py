"""A target's own WSDL: loaded safely, read, bound to a contract that names nothing, and asked whether a message is
valid. Nothing here opens a socket or a file but `load.file_fetch`; whoever calls `load` brings what fetches.

Must never import codecs, emit, rules or documents.
"""
