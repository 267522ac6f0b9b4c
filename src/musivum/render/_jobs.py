"""What one photo asks of the kernels, as a row of numbers."""

import numpy as np

JOB = np.dtype(
    [
        ("offset", np.int64),  # the source image in its buffer
        ("width", np.int32),
        ("height", np.int32),
        ("start", np.float64, (2,)),  # taps along the source's x and y
        ("step", np.float64, (2,)),
        ("count", np.int32, (2,)),  # size of the whole patch, in the source's orientation
        ("outer", np.int32, (4,)),  # output pixels of the whole patch
        ("paint", np.int32, (4,)),  # output pixels that may be painted
        ("box", np.float64, (4,)),  # the drawn crop in output pixels, continuous
        ("swap", np.bool_),  # the source's x runs down the output
        ("flip", np.uint8, (2,)),  # the source's x, y runs against the output
        ("shape", np.int32),
        ("outline", np.float64, (2, 3)),  # output -> output pixels from two edges of the box or turned crop
        ("extent", np.float64, (2,)),  # from those edges to the opposite ones
        ("corner", np.float64),  # radius of the rounded corners of a box or turned crop, output pixels
        ("open", np.uint8, (2,)),  # a hexagon's upper, lower slanted edges lie at the border of the canvas
        ("inset", np.float64),  # output pixels by which a hexagon shrinks
        ("feather", np.float64),  # output pixels
        ("opacity", np.float32),
        ("of", np.int32),  # photos that are blended in one place, and how many of them lie above this one
        ("above", np.int32),
        ("inverse", np.float64, (2, 3)),  # output -> patch pixels, for turned crops
        ("multiplied", np.bool_),
        ("multiply", np.float32, (3,)),  # factors of linear light, before the tint
        ("tinted", np.bool_),
        ("gain", np.float32, (3,)),
        ("follow", np.float32, (2,)),  # of a and b after lightness
        ("base", np.float32, (3,)),  # the tint at the left upper pixel of the patch
        ("tilt", np.float32, (2, 3)),  # its change per output pixel to the right, down
    ]
)
BOX, TURNED, HEXAGON = 0, 1, 2
"""Shapes: an upright box, a crop turned by any angle, a pointy-top hexagon."""
