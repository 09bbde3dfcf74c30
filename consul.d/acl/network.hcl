# For the controllers at every network but the hub: they only read, in their handlers and checks
# (token_file in hostmonitor.yaml) and in their agents' watches (acl.tokens.default).

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
