/// ProxyCore: the event loop, the gate and the relay.
