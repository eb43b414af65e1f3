"""The client suite: the promises that bind a client, asked of `zai_image` and `zai_image_api`.

`pytest --pyargs zai_image_conformance.client_suite`
"""
