"""Does a server, or a client, keep the promises of the documented image API?"""
