// What is told of one placement: its photo as it was, where else it is, and what could have been there.

const number = new Intl.NumberFormat("en");
const counted = (n, noun) => `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;
const short = (error) => (error === 0 ? "0" : Math.abs(error) >= 1000 || Math.abs(error) < 1e-4 ? error.toExponential(2) : error.toPrecision(3));

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A picture of a photo, or an empty square where the page holds none. */
function thumbnail(album, photo) {
  const source = album.address(photo);
  return source ? element("img", { src: source, alt: "", loading: "lazy", decoding: "async" }) : element("div", { className: "blank" });
}

/** The photos: names, dates, sizes, and where their pictures lie. */
class Album {
  constructor({ names, taken, sizes, pictures }, address) {
    Object.assign(this, { names, taken, sizes: column(sizes, 2 * names.length), pictures, where: address });
  }

  name(photo) {
    return this.names[photo] || `Photo ${photo + 1}`;
  }

  address(photo) {
    return this.pictures ? this.where(photo) : null;
  }

  /** When it was taken, or when its file was changed last, in words. */
  date(photo) {
    const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(this.taken[photo] || "");
    if (!found) return null;
    const [year, month, day, hour, minute] = found.slice(1).map(Number);
    const date = new Date(2000, 0, 1);
    date.setFullYear(year, month - 1, day);
    const words = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
    return Number.isNaN(hour) ? ["File of", words] : ["Taken", `${words}, ${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`];
  }
}

class Panel {
  constructor(places, album, { go, choose, close }) {
    Object.assign(this, { places, album });
    this.root = document.getElementById("panel");
    this.find = (selector) => this.root.querySelector(selector);
    this.find("#close").onclick = close;
    this.find("#previous").onclick = () => go(-1);
    this.find("#next").onclick = () => go(1);
    this.choose = choose;
    this.hasErrors = places.error.some((error) => error !== 0);
  }

  get open() {
    return !this.root.hidden;
  }

  hide() {
    this.root.hidden = true;
  }

  show(i) {
    const { places, album } = this, photo = places.photo[i], uses = places.uses(photo);
    this.find("h2").textContent = album.name(photo);
    this.showPicture(i, photo);
    const facts = [];
    const date = album.date(photo);
    if (date) facts.push(date);
    if (album.pictures) facts.push(["Size", `${number.format(album.full[2 * photo])} × ${number.format(album.full[2 * photo + 1])}`]);
    if (this.hasErrors) facts.push(["Difference here", short(places.error[i])]);
    this.find("dl").replaceChildren(...facts.flatMap(([term, value]) => [element("dt", { textContent: term }), element("dd", { textContent: value })]));
    const at = uses.indexOf(i) + 1;
    this.find("output").textContent = uses.length === 1 ? "only here" : `${number.format(at)} of ${number.format(uses.length)}`;
    this.find("#previous").disabled = this.find("#next").disabled = uses.length === 1;
    this.showOthers(i);
    const opened = this.root.hidden;
    this.root.hidden = false;
    if (opened) this.root.scrollTop = 0;
    return `${album.name(photo)}${date ? `, ${date.join(" ")}` : ""}. ${uses.length === 1 ? "Only here" : `Place ${at} of ${uses.length}`} in this mosaic.`;
  }

  showPicture(i, photo) {
    const { places, album } = this, source = album.address(photo), [wide, high] = album.sizes.subarray(2 * photo, 2 * photo + 2);
    this.find("figure").hidden = !source;
    if (!source) return;
    const image = this.find("figure img");
    image.width = wide;
    image.height = high;
    image.src = source;
    image.alt = album.name(photo);
    const corners = places.onPhoto(i), whole = corners.every(([x, y]) => Math.min(x, 1 - x) < 0.004 && Math.min(y, 1 - y) < 0.004) && corners.length === 4;
    const edge = whole ? "" : `M${corners.map((point) => point.map((share) => share.toFixed(5)).join(" ")).join("L")}Z`;
    this.find(".edge").setAttribute("d", edge);
    this.find(".shade").setAttribute("d", edge && `M0 0H1V1H0Z${edge}`);
    this.find("figcaption").textContent = whole ? "All of it is used here." : "The bright part is used here.";
  }

  showOthers(i) {
    const { places, album } = this, items = [];
    for (let k = places.kept * i; k < places.kept * (i + 1); k++) {
      const photo = places.alternate[k] - 1;
      if (!album.pictures || photo < 0 || photo === places.photo[i]) continue;
      const used = places.uses(photo);
      const button = element("button", { disabled: used.length === 0, title: album.name(photo) }, thumbnail(album, photo), element("small", { textContent: short(places.alternateError[k]) }));
      const where = used.length ? `; on the mosaic ${counted(used.length, "time")}` : "; not on the mosaic";
      button.setAttribute("aria-label", `${album.name(photo)}, difference ${short(places.alternateError[k])}${where}`);
      button.onclick = () => this.choose(used[0]);
      items.push(element("li", {}, button));
    }
    this.find("#others").hidden = items.length === 0;
    this.find("#others ul").replaceChildren(...items);
  }
}
