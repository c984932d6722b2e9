"""VK Video: `leap.domain.ports.VideoPublisher` over VK's API.

login       how an account gets its tokens, and the command that does it
check       whether they work
access      tokens at work: renewed, and never begun with what ends too soon
refusals    what VK's error codes mean
wire        every call of a method, paced, counted and judged
upload      the bytes, as a stream
values      what VK's answers say of videos, and what texts may be long
note        what must not be forgotten while a video is placed
placing     one recording becomes one video, whatever is lost on the way
albums      in which albums a video is
thumbnail   the picture before it plays
looking     what VK shows of many videos
publisher   the port
"""
