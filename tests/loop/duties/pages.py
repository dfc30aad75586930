"""What the tests of pages read."""


def texts(response):
    return response.content.decode()
