// The placements: columns of numbers, where each lies, and which one is under a point.

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array };

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** A column of `length` numbers; one that is the same everywhere is stored once. */
function column({ type, data, value }, length) {
  return data === undefined ? new ARRAYS[type](length).fill(value) : new ARRAYS[type](bytesOf(data));
}

class Places {
  constructor({ canvas, outline, gap, corner, count, columns, alternates }, photos) {
    [this.width, this.height] = canvas;
    this.count = count;
    this.hexagons = outline === "hexagon";
    this.gap = gap;
    this.corner = corner;
    for (const name of ["photo", "x", "y", "across", "down", "turn", "mirror", "error", "opacity", "feather"]) {
      this[name] = column(columns[name], count);
    }
    this.crop = column(columns.crop, 4 * count);
    this.tint = column(columns.tint, 6 * count);
    this.kept = alternates.kept;
    this.alternate = column(alternates.photo, this.kept * count);
    this.alternateError = column(alternates.error, this.kept * count);
    this.indexUses(photos);
    this.indexGround();
  }

  indexUses(photos) {
    const first = (this.firstUse = new Uint32Array(photos + 1));
    for (const photo of this.photo) first[photo + 1]++;
    for (let k = 0; k < photos; k++) first[k + 1] += first[k];
    const next = first.slice();
    this.byPhoto = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) this.byPhoto[next[this.photo[i]]++] = i;
  }

  /** Placements of a photo, in painting order. */
  uses(photo) {
    return this.byPhoto.subarray(this.firstUse[photo], this.firstUse[photo + 1]);
  }

  /** Squares of ground, and for each the placements that reach into it, in painting order. */
  indexGround() {
    const { count, width, height } = this;
    this.ground = Math.max(Math.sqrt((width * height) / Math.min(Math.max(count, 1), 40000)), 1e-6);
    this.columns = Math.max(1, Math.ceil(width / this.ground));
    this.rows = Math.max(1, Math.ceil(height / this.ground));
    const first = (this.firstThere = new Uint32Array(this.columns * this.rows + 1));
    const each = (visit) => {
      for (let i = 0; i < count; i++) {
        const [c0, r0, c1, r1] = this.squares(...this.bounds(i));
        for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) visit(r * this.columns + c, i);
      }
    };
    each((square) => first[square + 1]++);
    for (let k = 1; k < first.length; k++) first[k] += first[k - 1];
    const next = first.slice();
    this.there = new Uint32Array(first[first.length - 1]);
    each((square, i) => (this.there[next[square]++] = i));
    this.seen = new Uint32Array(count);
    this.turnOfSearch = 0;
  }

  squares(x0, y0, x1, y1) {
    const clamp = (value, last) => Math.min(Math.max(Math.floor(value / this.ground), 0), last);
    const [c, r] = [this.columns - 1, this.rows - 1];
    return [clamp(x0, c), clamp(y0, r), clamp(x1, c), clamp(y1, r)];
  }

  /** The upright box around a placement. */
  bounds(i) {
    const cos = Math.abs(Math.cos(this.turn[i])), sin = Math.abs(Math.sin(this.turn[i]));
    const w = cos * this.across[i] + sin * this.down[i], h = sin * this.across[i] + cos * this.down[i];
    return [this.x[i] - w, this.y[i] - h, this.x[i] + w, this.y[i] + h];
  }

  /** Placements that reach into a box, in painting order. */
  inBox(x0, y0, x1, y1) {
    const found = [], [c0, r0, c1, r1] = this.squares(x0, y0, x1, y1), mark = ++this.turnOfSearch;
    for (let r = r0; r <= r1; r++) {
      for (let c = c0; c <= c1; c++) {
        const square = r * this.columns + c;
        for (let k = this.firstThere[square]; k < this.firstThere[square + 1]; k++) {
          const i = this.there[k];
          if (this.seen[i] === mark) continue;
          this.seen[i] = mark;
          const [a0, b0, a1, b1] = this.bounds(i);
          if (a0 < x1 && a1 > x0 && b0 < y1 && b1 > y0) found.push(i);
        }
      }
    }
    return found.sort((a, b) => a - b);
  }

  /** The topmost placement at a point, or -1. */
  at(x, y) {
    if (!(x >= 0 && y >= 0 && x < this.width && y < this.height)) return -1;
    const [c, r] = this.squares(x, y, x, y), square = r * this.columns + c;
    for (let k = this.firstThere[square + 1] - 1; k >= this.firstThere[square]; k--) {
      if (this.opacity[this.there[k]] > 0 && this.holds(this.there[k], x, y)) return this.there[k];
    }
    return -1;
  }

  holds(i, x, y) {
    const cos = Math.cos(this.turn[i]), sin = Math.sin(this.turn[i]);
    const dx = x - this.x[i], dy = y - this.y[i];
    const corners = this.corners(i);
    const u = cos * dx + sin * dy, v = cos * dy - sin * dx;
    if (corners.length === 4) {
      const [[left, top], , [right, bottom]] = corners;
      const near = Math.min(u - left, right - u), under = Math.min(v - top, bottom - v), radius = this.radius(i);
      if (near < 0 || under < 0) return false;
      return near >= radius || under >= radius || Math.hypot(radius - near, radius - under) <= radius;
    }
    return corners.every(([a, b], k) => {
      const [c, d] = corners[(k + 1) % corners.length];
      return (c - a) * (v - b) - (d - b) * (u - a) >= 0;
    });
  }

  /** Whether it is neither a hexagon nor turned, but by quarters. */
  isUpright(i) {
    return !this.hexagons && Math.abs(Math.sin(2 * this.turn[i])) <= 1e-6;
  }

  isSoft(i) {
    return this.feather[i] > 0 || this.opacity[i] < 1;
  }

  /** Whether anything behind it shows within its box; hexagons without gaps are closed by their neighbours. */
  letsThrough(i) {
    return this.isSoft(i) || this.gap > 0 || this.corner > 0 || !(this.hexagons || this.isUpright(i));
  }

  /** Corners of the outline about the placement's own middle, before it is turned; clockwise. */
  corners(i) {
    const w = this.across[i], h = this.down[i];
    if (this.hexagons) return this.hexagon(i, w, h);
    const half = this.gap / 2;
    if (half === 0 || !this.isUpright(i)) return [[-w, -h], [w, -h], [w, h], [-w, h]];
    const [x0, y0, x1, y1] = this.bounds(i), quarter = ((Math.round(this.turn[i] / (Math.PI / 2)) % 4) + 4) % 4;
    const inset = [
      y0 > 0.5 ? half : 0, x1 < this.width - 0.5 ? half : 0, y1 < this.height - 0.5 ? half : 0, x0 > 0.5 ? half : 0,
    ];
    const [top, right, bottom, left] = [0, 1, 2, 3].map((side) => inset[(side + quarter) % 4]);
    return [[left - w, top - h], [w - right, top - h], [w - right, h - bottom], [left - w, h - bottom]];
  }

  hexagon(i, w, h) {
    // Cells are upright hexagons even where the photo in them is turned by quarters; those at the border are open.
    const sideways = Math.abs(Math.sin(this.turn[i])) > 0.5, [a, b] = sideways ? [h, w] : [w, h];
    const inset = this.gap / 2, slope = Math.hypot(a, b / 2) / a, wide = Math.max(a - inset, 0);
    const tip = Math.max(b - inset * slope, 0), shoulder = Math.max(tip - (b / (2 * a)) * wide, 0);
    const above = this.y[i] - b <= 0.5, below = this.y[i] + b >= this.height - 0.5;
    const upright = [
      ...(above ? [[-wide, -b], [wide, -b]] : [[-wide, -shoulder], [0, -tip], [wide, -shoulder]]),
      ...(below ? [[wide, b], [-wide, b]] : [[wide, shoulder], [0, tip], [-wide, shoulder]]),
    ];
    const cos = Math.round(Math.cos(this.turn[i])), sin = Math.round(Math.sin(this.turn[i]));
    return upright.map(([x, y]) => [cos * x + sin * y, cos * y - sin * x]);
  }

  radius(i) {
    if (!this.corner) return 0;
    const [[left, top], , [right, bottom]] = this.corners(i);
    return this.corner * Math.min(right - left, bottom - top);
  }

  /** Add the outline to a path whose units are pixels of the mosaic. */
  trace(path, i) {
    const cos = Math.cos(this.turn[i]), sin = Math.sin(this.turn[i]), radius = this.radius(i);
    const corners = this.corners(i).map(([u, v]) => [this.x[i] + cos * u - sin * v, this.y[i] + sin * u + cos * v]);
    const last = corners[corners.length - 1];
    path.moveTo((last[0] + corners[0][0]) / 2, (last[1] + corners[0][1]) / 2);
    corners.forEach(([x, y], k) => {
      const next = corners[(k + 1) % corners.length];
      if (radius > 0) path.arcTo(x, y, (x + next[0]) / 2, (y + next[1]) / 2, radius);
      else path.lineTo(x, y);
    });
    path.closePath();
  }

  /** The outline on the photo, in shares 0..1 of its width and height. */
  onPhoto(i) {
    const [x0, y0, x1, y1] = Array.from(this.crop.subarray(4 * i, 4 * i + 4), (share) => share / 65535);
    const flip = this.mirror[i] ? -1 : 1;
    return this.corners(i).map(([u, v]) => [
      x0 + (((flip * u) / this.across[i] + 1) / 2) * (x1 - x0),
      y0 + ((v / this.down[i] + 1) / 2) * (y1 - y0),
    ]);
  }

  /** The next placement that can be seen from one into a direction, or itself. */
  beside(i, dx, dy) {
    const x = this.x[i], y = this.y[i];
    for (let reach = 2 * Math.max(this.across[i], this.down[i]); ; reach *= 2) {
      let best = i, least = Infinity;
      for (const j of this.inBox(x - reach, y - reach, x + reach, y + reach)) {
        const ahead = (this.x[j] - x) * dx + (this.y[j] - y) * dy;
        const aside = Math.abs((this.x[j] - x) * dy) + Math.abs((this.y[j] - y) * dx);
        if (j === i || ahead <= 0 || aside > 1.2 * ahead) continue;
        const cost = ahead + 2 * aside;
        if (cost < least && this.at(this.x[j], this.y[j]) === j) [best, least] = [j, cost];
      }
      if (best !== i && least <= 3 * reach) return best;
      if (reach > 2 * Math.max(this.width, this.height)) return best;
    }
  }
}
