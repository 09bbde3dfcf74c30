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

agent_prefix "" {
  policy = "read"
}

# With hosts.servers: true, `hostmonitor validate --online` asks autopilot, too:
# operator = "read"
