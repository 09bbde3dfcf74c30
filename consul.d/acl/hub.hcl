# For the controllers at the hub: their handlers and checks (token_file in hostmonitor.yaml), and
# acl.tokens.default of their agents, which the watches and the registration of the check use.
# Another kv_prefix than `hostmonitor` goes into the first rule.

key_prefix "hostmonitor/" {
  policy = "write"
}

# Sessions are bound to the controller's own node; name those nodes to be stricter.
session_prefix "" {
  policy = "write"
}

service "hostmonitor" {
  policy = "write"
}

# Health is trimmed to what these can read, and a host that is left out is `unknown`.
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
