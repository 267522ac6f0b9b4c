"""Films to files: frames one after another, as MP4 by ffmpeg or as WebP by Pillow."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from musivum.atomic import check_place, replacing, writing
from musivum.errors import OptionError
from musivum.geometry import Size

FILM_FORMATS: dict[str, int] = {".mp4": 8192, ".webp": 4096}
"""What `write_film` can write, by suffix, and the longest side in pixels; larger ones play nowhere."""

_MOST_RATE = 120


def check_film(path: str | Path, size: Size, *, fps: int, quality: int) -> None:
    """Raise OptionError unless a film of this size can be written so: call it before the work, not after."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FILM_FORMATS:
        raise OptionError(f"cannot write {path}: the suffix of a film must be one of {', '.join(FILM_FORMATS)}")
    if not 1 <= fps <= _MOST_RATE:
        raise OptionError(f"fps {fps} leaves 1..{_MOST_RATE} pictures a second")
    if not 1 <= quality <= 100:
        raise OptionError(f"quality {quality} is outside 1..100")
    longest = FILM_FORMATS[suffix]
    if max(size) > longest or min(size) < 2:
        raise OptionError(
            f"cannot write {path}: a film has 2 to {longest} pixels a side, not {size.width} x {size.height}; "
            "choose another --size, such as 1280"
        )
    if suffix == ".mp4" and _ffmpeg() is None:
        raise OptionError(
            f"cannot write {path}: there is no ffmpeg; install it (or pip install 'musivum[film]'), "
            "or write a film as .webp"
        )
    check_place(path)


def film_size(path: str | Path, size: Size) -> Size:
    """Size of a film whose frames have a size: an MP4 has even sides."""
    return Size(size.width // 2 * 2, size.height // 2 * 2) if Path(path).suffix.lower() == ".mp4" else size


def write_film(
    path: str | Path, frames: Iterable[npt.NDArray[np.uint8]], count: int, size: Size, *, fps: int, quality: int = 92
) -> None:
    """Write `count` frames (h, w, 3) of sRGB bytes as a film; the suffix chooses the format.

    MP4 is H.264 with halved chroma, so an odd last row or column is left out (`film_size`). WebP repeats for ever. Only
    a few frames are held at a time; the file appears in one step.

    Parameters
    ----------
    fps
        Frames a second.
    quality
        1..100.

    Raises
    ------
    OptionError
        If the suffix, the size, the folder or an option does not do, there is no ffmpeg, or it fails.
    """
    path = Path(path)
    check_film(path, size, fps=fps, quality=quality)
    write = _mp4 if path.suffix.lower() == ".mp4" else _webp
    with writing(path), replacing(path) as temporary:
        write(temporary, iter(frames), count, film_size(path, size), fps, quality)


def _ffmpeg() -> str | None:
    found = shutil.which("ffmpeg")
    if found is None:
        try:
            import imageio_ffmpeg

            found = str(imageio_ffmpeg.get_ffmpeg_exe())
        except (ImportError, RuntimeError):
            return None
    return found


def _mp4(path: Path, frames: Iterator[npt.NDArray[np.uint8]], count: int, size: Size, fps: int, quality: int) -> None:
    width, height = size
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps), "-i", "-"]
    colours = ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"]
    colours += ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "iec61966-2-1"]
    # The constant rate factor runs to 51; 18 to 23 is what people use, and few programs play 0, which is lossless.
    coder = ["-c:v", "libx264", "-crf", str(max(10, round(51 * (1 - quality / 100) ** 0.4))), "-preset", "medium"]
    coder += ["-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "mp4"]
    command = [
        _ffmpeg() or "ffmpeg",
        "-loglevel",
        "error",
        "-nostdin",
        *raw,
        "-an",
        *colours,
        *coder,
        "-y",
        f"file:{path}",
    ]
    with tempfile.TemporaryFile() as complaints:
        coding = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints)
        assert coding.stdin is not None
        try:
            _pour(coding.stdin, (frame[:height, :width] for frame in frames))
            code = coding.wait()
        finally:
            coding.kill()
            coding.wait()
            with suppress(BrokenPipeError):
                coding.stdin.close()
        if code != 0:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().splitlines() or [f"it ended with {code}"]
            raise OSError(f"ffmpeg failed ({said[-1]})")
        if not path.exists():
            raise OSError("ffmpeg wrote nothing")


def _pour(sink: IO[bytes], frames: Iterable[npt.NDArray[np.uint8]]) -> None:
    """Hand frames over; if the reader has gone, its exit code tells why."""
    with suppress(BrokenPipeError):
        for frame in frames:
            sink.write(np.ascontiguousarray(frame).data)
        sink.close()


def _webp(path: Path, frames: Iterator[npt.NDArray[np.uint8]], count: int, size: Size, fps: int, quality: int) -> None:
    times = [round(1000 * (k + 1) / fps) - round(1000 * k / fps) for k in range(count)]
    from musivum.raster._frames import Frames

    film = Frames(frames, count, size)
    with path.open("wb") as file:
        film.save(file, "WebP", save_all=True, duration=times, loop=0, quality=quality, method=2, minimize_size=False)
