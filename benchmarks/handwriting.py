"""How many of your own digits are read: images as people bring them, made and distorted here.

`python benchmarks/handwriting.py`, from the root of the project. Nobody's photos are in the
repository, so each image is drawn: digits as strokes with a shaking hand, and digits of MNIST's
test set that are enlarged; on papers, with pens, under lights and in file formats of many kinds.
"""

import io
import os
import sys
from pathlib import Path

from shared import command_line, show, threads

sys.path.append(str(Path(__file__).parent.parent / "tests"))
os.environ.update(threads(1))  # before NumPy is imported

import numpy as np
from digit_strokes import DIGITS, place, rasterize
from PIL import Image, ImageFilter

SEEDS = [1, 2, 3]

# a pen's width as a share of a digit's height, and how much darker than the paper its ink is
PENS = {
    "fine pen": (0.03, 0.8),
    "ballpoint": (0.05, 0.65),
    "pencil": (0.055, 0.4),
    "felt pen": (0.1, 0.8),
    "marker": (0.15, 0.9),
}
PAPERS = ["white", "gray", "ruled", "squared", "on a desk", "blackboard"]
LIGHTS = ["even", "from the side", "lamp", "shadow"]
FORMS = ["JPEG 85", "PNG", "JPEG 60, turned", "RGBA", "JPEG 40", "palette", "16 bit", "BMP", "GIF"]
COUNTS = [[1], [3], [5], [6, 5], [10], [4, 4, 4]]  # digits in each line
PHOTOS = 36
SMALL = ["RGB", "RGBA", "L", "transparent", "palette", "white on black"]
SMALL_FILES = 26  # with three photos, as many as the users' reports had
TURNED = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


def stroke_digit(digit, height, pen, rng):
    """Draw a digit by hand: one of the ways to write it, with a hand that shakes a little."""
    strokes = DIGITS[digit][rng.integers(2)]
    shaken = [[tuple(np.add(xy, rng.normal(0, 0.012, 2))) for xy in stroke] for stroke in strokes]
    pen = max(1.0, pen * height)
    width = height * rng.uniform(0.55, 0.75)
    side = round(1.8 * height + 2 * pen)
    at = (0.5 * (side - width), 0.5 * (side - height))
    return rasterize(place(shaken, *at, width, height, rng.uniform(-0.1, 0.3)), pen, side)


def mnist_digit(digit, height, images, labels, rng):
    """Enlarge a digit of MNIST's test set; its pen is what it is."""
    image = images[rng.choice(np.flatnonzero(labels == digit))].reshape(28, 28)
    side = round(1.4 * height)
    large = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    sharpness = max(1, side / 28 / 2)
    return np.clip(sharpness * (np.asarray(large) - 0.45) + 0.5, 0, 1)


def write_lines(counts, height, pen, mnist, rng):
    """Write lines of digits on a sheet of their size; return the ink and the digits in order."""
    h, w = round(2.1 * height), round(1.25 * height)
    sheet = np.zeros((h * len(counts) + 2 * height, w * max(counts) + 2 * height), np.float32)
    by_hand, written = rng.random() < 0.5, []  # one pen for all
    for line, count in enumerate(counts):
        for column in range(count):
            digit = int(rng.integers(10))
            written.append(digit)
            tall = round(height * rng.uniform(0.85, 1.15))
            if by_hand:
                glyph = stroke_digit(digit, tall, pen, rng)
            else:
                glyph = mnist_digit(digit, tall, *mnist, rng)
            rows, columns = np.flatnonzero(glyph.any(axis=1)), np.flatnonzero(glyph.any(axis=0))
            glyph = glyph[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            top = round(height * (1 + rng.uniform(-0.1, 0.1))) + h * line + (h - len(glyph)) // 2
            left = height + w * column + (w - glyph.shape[1]) // 2
            part = sheet[top : top + len(glyph), left : left + glyph.shape[1]]
            np.maximum(part, glyph[: len(part), : part.shape[1]], out=part)
    return sheet, written


def rules(paper, shape, height):
    """Printed lines: gray values to be taken off the paper."""
    lines = np.zeros(shape, np.float32)
    if paper in ("ruled", "squared"):
        lines[:: round(0.9 * height)] = 0.15
        lines[1 :: round(0.9 * height)] = 0.15
    if paper == "squared":
        lines[:, :: round(0.9 * height)] = 0.15
        lines[:, 1 :: round(0.9 * height)] = 0.15
    return lines


def held(layers, inset, rng):
    """Photograph layers from a hand that is not straight above: turned, and in perspective."""
    height, width = layers[0].shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    angle = np.deg2rad(rng.uniform(-5, 5))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = corners.mean(axis=0)
    seen = (corners - middle) @ turn * (1 - inset) + middle
    seen += rng.uniform(-0.03, 0.03, (4, 2)) * min(height, width)
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    how = np.linalg.solve(rows, values).tolist()
    size, kind, fine = (width, height), Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    return [np.asarray(Image.fromarray(a).transform(size, kind, how, fine)) for a in layers]


def light(kind, shape, rng):
    """How much light falls on each pixel."""
    y, x = np.mgrid[: shape[0], : shape[1]] / np.array(shape)[:, None, None]
    if kind == "from the side":
        angle = rng.uniform(0, 2 * np.pi)
        return 0.75 + 0.25 * ((x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)) / 0.7
    if kind == "lamp":
        cx, cy = rng.uniform(0.2, 0.8, 2)
        return 1 - 0.45 * np.clip(np.hypot(x - cx, y - cy), 0, 1)
    if kind == "shadow":
        edge = rng.uniform(0.3, 0.7) + rng.uniform(-0.4, 0.4) * y
        return 1 - 0.4 / (1 + np.exp(-(x - edge) / 0.02))
    return np.ones(shape)


def photo(number, mnist, rng):
    """Make a photo; the number chooses pen, paper, light and file so that all come in turn."""
    pen_name = list(PENS)[number % len(PENS)]
    paper = PAPERS[number % len(PAPERS)]
    form = FORMS[number % len(FORMS)]
    kind = LIGHTS[number // 2 % len(LIGHTS)]
    counts = COUNTS[number // 3 % len(COUNTS)]
    pen, dark = PENS[pen_name]
    height = int(rng.integers(60, 200)) if max(counts) < 6 else int(rng.integers(60, 120))
    ink, written = write_lines(counts, height, pen, mnist, rng)
    layers = [ink, rules(paper, ink.shape, height), np.ones_like(ink)]
    ink, lines, sheet = held(layers, 0.12 if paper == "on a desk" else -0.12, rng)
    if pen_name == "pencil":
        ink = ink * rng.uniform(0.6, 1, ink.shape)  # grain
    white = {"white": 0.95, "gray": 0.65}.get(paper, 0.85)
    gray = (white - lines) * (1 - dark * np.clip(ink, 0, 1))
    if paper == "blackboard":
        gray = 0.15 + 0.7 * dark * np.clip(ink, 0, 1)
    if paper == "on a desk":
        gray = np.where(sheet > 0.5, gray, 0.3)
    gray = gray * light(kind, gray.shape, rng)
    seen = Image.fromarray(np.clip(255 * gray, 0, 255).astype(np.uint8))
    seen = np.asarray(seen.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5))), float)
    seen = np.clip(seen + rng.normal(0, 4, seen.shape), 0, 255).astype(np.uint8)
    name = f"{pen_name}, {paper}, light {kind}, {form}"
    return name, file_of(Image.fromarray(seen), form, rng), written


def small_file(number, mnist, rng):
    """Make a digit as a drawing program saves it, of any size."""
    digit, form = number % 10, SMALL[number % len(SMALL)]
    height = int(rng.choice([20, 24, 60, 150]))
    if number % 3:
        glyph = stroke_digit(digit, height, rng.uniform(0.07, 0.16), rng)
    else:
        glyph = mnist_digit(digit, height, *mnist, rng)
    gray = np.rint(255 * (1 - glyph)).astype(np.uint8)
    if form == "white on black":
        gray = 255 - gray
    name = f"drawn in {len(glyph)} × {len(glyph)}, {form}"
    return name, file_of(Image.fromarray(gray), form, rng), [digit]


def file_of(gray, form, rng):
    """Write a gray picture in a form that people bring; return the bytes of the file."""
    file = io.BytesIO()
    if form.startswith("JPEG"):
        exif = Image.Exif()
        if "turned" in form:  # the camera saw it turned, and says so
            exif[0x0112], how = list(TURNED.items())[rng.integers(3)]
            gray = gray.transpose(how)
        tinted = Image.merge("RGB", [gray.point(lambda v, c=c: v * c) for c in (1, 0.98, 0.92)])
        tinted.save(file, "JPEG", quality=int(form[5:7]), exif=exif)
    elif form == "transparent":  # black ink, and no paper
        alpha = gray.point(lambda v: 255 - v)
        Image.merge("LA", [Image.new("L", gray.size), alpha]).convert("RGBA").save(file, "PNG")
    elif form == "palette":
        gray.convert("RGB").quantize(64).save(file, "PNG")
    elif form == "16 bit":
        Image.fromarray(np.asarray(gray, np.uint16) * 257).save(file, "PNG")
    elif form in ("GIF", "BMP"):
        gray.save(file, form)
    else:
        gray.convert({"PNG": "L", "white on black": "L"}.get(form, form)).save(file, "PNG")
    file.seek(0)
    return file


def test_set(seed, mnist):
    """Yield group, name, file and digits of every image."""
    rng = np.random.default_rng(seed)
    for number in range(PHOTOS):
        group = (
            "one digit, drawn or photographed" if number < 3 else "a photo of one or more digits"
        )
        yield group, *photo(number, mnist, rng)
    for number in range(SMALL_FILES):
        yield "one digit, drawn or photographed", *small_file(number, mnist, rng)


def trained(images, epochs):
    """Train the command's network: 784-128-64-10 on 55,000 images of MNIST."""
    from helpers import initialize, load_mnist, train, train_dev_split

    X, y, X_test, y_test = load_mnist()
    split_rng, weights_rng, order_rng = np.random.default_rng(0).spawn(3)
    X, y, _, _ = train_dev_split(X, y, 5000, split_rng)
    params = initialize([784, 128, 64, 10], rng=weights_rng)
    settings = {"learning_rate": 0.15, "batch_size": 32, "epochs": epochs}
    train(X[:images], y[:images], params, **settings, rng=order_rng, progress=False)
    return params, (X_test, y_test)


def measure(seed, params, mnist):
    """Read every image of a test set; return by group: images, all right, digits, found, right."""
    from helpers import predict, read_image

    counts = {}
    for group, name, file, written in test_set(seed, mnist):
        try:
            read = predict(read_image(file), params).tolist()
        except ValueError as error:
            read, name = [], f"{name} ({error})"
        if read != written:
            print(f"  {name}: {_word(written)} read as {_word(read) or 'nothing'}")
        found = len(written) * (len(read) == len(written))
        right = sum(map(int.__eq__, read, written)) if found else 0
        new = [1, read == written, len(written), found, right]
        counts[group] = np.add(counts.get(group, 0), new)
    return counts


def _word(digits):
    return "".join(map(str, digits))


def main(options):
    """Train once, then read the images of every seed."""
    seeds = SEEDS[:1] if options.quick else SEEDS
    params, mnist = trained(*((6_000, 2) if options.quick else (55_000, 20)))
    total, rows = {}, []
    for seed in seeds:
        print(f"seed {seed}, what is not read right:")
        for group, counts in measure(seed, params, mnist).items():
            total.setdefault(group, []).append(counts)
    for group, counts in total.items():
        each = ", ".join(f"{right} of {images}" for images, right, *_ in counts)
        _, _, digits, found, right = np.sum(counts, axis=0)
        rows.append([group, each, str(digits), f"{found / digits:.1%}", f"{right / digits:.1%}"])
    header = ["images", "all digits right, each seed", "digits", "found", "read right"]
    show("Own digits, read", header, rows, options.markdown)


if __name__ == "__main__":
    main(command_line("Read handwritten digits from images of many kinds; report.").parse_args())
