# For the controllers at every network but the hub: they write no keys, in their handlers and checks
# (token_file in hostmonitor.yaml) and in their agents' watches (acl.tokens.default).

node_prefix "" {
  policy = "read"
}

service_prefix "" {
  policy = "read"
}

# Write: a host is asked to rejoin before it is taken for dead; without, a link that is back may look dead for
# 25 s, as measured, or longer. It lets whoever has the token make any agent that he reaches leave, and so does
# acl.tokens.default to everybody on the machine; name the controllers' nodes to be stricter.
agent_prefix "" {
  policy = "write"
}
