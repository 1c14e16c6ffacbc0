/* Photos and files of a report: made small on the device, sent to the file store at once, with progress and retry. */
"use strict";

function photoField({ words, urls, form, token, changed }) {
  const MOST = 5;
  const LONGEST_SIDE = 1600; // pixels: enough to read a plate, small enough for a slow line
  const QUALITY = 0.82;
  const PDF_BYTES = 10 * 2 ** 20;
  const PICTURE_BYTES = 60 * 2 ** 20; // larger than any camera's; the picture sent is a fraction of it

  const files = [];
  let uploads = Promise.resolve();
  let choices = Promise.resolve();

  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };

  const input = make("input", { type: "file", id: "photos", multiple: true, accept: "image/*,application/pdf", className: "unseen" });
  const label = make("label", { htmlFor: "photos", className: "button second", textContent: words.choose });
  const wrong = make("p", { className: "wrong", id: "photos-wrong", hidden: true });
  const hint = make("p", { className: "hint", id: "photos-hint", textContent: words.photosHint });
  const list = make("ul", { className: "photos" });
  const said = make("p", { className: "unseen" });
  const field = make("fieldset", { className: "field" }, make("legend", { textContent: words.photos }), hint, wrong, list, input, label, said);
  wrong.setAttribute("role", "alert");
  said.setAttribute("role", "status");
  input.setAttribute("aria-describedby", "photos-hint photos-wrong");

  function complain(message) {
    wrong.textContent = message;
    wrong.hidden = !message;
    field.classList.toggle("bad", Boolean(message));
  }

  /* Drawing a picture anew drops whatever the camera wrote into it: where it was taken, when, with what. */
  async function jpeg(file) {
    const url = URL.createObjectURL(file);
    try {
      const picture = Object.assign(new Image(), { src: url });
      await picture.decode(); // browsers turn it as its EXIF says
      const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
      const canvas = make("canvas", {
        width: Math.max(1, Math.round(picture.naturalWidth * scale)),
        height: Math.max(1, Math.round(picture.naturalHeight * scale)),
      });
      const brush = canvas.getContext("2d");
      brush.fillStyle = "#fff"; // JPEG knows no transparency
      brush.fillRect(0, 0, canvas.width, canvas.height);
      brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
      canvas.width = canvas.height = 0; // gives the memory back at once
      return blob;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  async function prepared(file) {
    if (file.type === "application/pdf") return file.size <= PDF_BYTES ? file : null;
    return file.size <= PICTURE_BYTES ? jpeg(file) : null;
  }

  const freeNumber = () => [1, 2, 3, 4, 5].find((number) => !files.some((file) => file.number === number));

  async function add(chosen) {
    complain("");
    for (const one of chosen) {
      if (files.length >= MOST) return complain(words.tooMany);
      if (!one.type.startsWith("image/") && one.type !== "application/pdf") {
        complain(words.wrongType.replace("{name}", one.name));
        continue;
      }
      const file = { number: freeNumber(), name: one.name, blob: null, state: "preparing", key: "", keyAt: 0, share: 0 };
      files.push(file);
      draw(file);
      const blob = await prepared(one).catch(() => undefined);
      if (!blob) {
        drop(file);
        complain((blob === null ? words.tooLarge : words.unreadable).replace("{name}", one.name));
        continue;
      }
      file.blob = blob;
      start(file);
    }
  }

  function start(file) {
    file.state = "uploading";
    draw(file);
    changed();
    uploads = uploads.then(() => upload(file)); // one after another: a slow line carries one at a time
  }

  async function upload(file) {
    if (!files.includes(file) || file.state !== "uploading") return;
    try {
      const { blob, number } = file;
      const wanted = { token: await token(), form: form(), number, type: blob.type, size: blob.size };
      const address = await reports.uploadAddress(urls.uploads, wanted);
      if (address.problem !== undefined) throw new Error(address.problem);
      await post(file, address);
      Object.assign(file, { state: "up", key: address.key, keyAt: Date.now() });
      said.textContent = words.up.replace("{name}", file.name);
    } catch (problem) {
      if (file.state !== "uploading") return; // taken away, or the report is being sent
      file.state = "failed";
      file.problem = problem instanceof reports.Later ? "" : problem.message;
      said.textContent = words.failed.replace("{name}", file.name);
    }
    draw(file);
  }

  /* fetch tells nothing of how far an upload is */
  function post(file, address) {
    return new Promise((done, failed) => {
      const request = file.request = new XMLHttpRequest();
      request.open("POST", address.url);
      request.upload.onprogress = (event) => {
        file.share = event.lengthComputable ? event.loaded / event.total : 0;
        const bar = file.line?.querySelector("progress");
        if (bar) bar.value = file.share;
      };
      request.onload = () => (request.status < 300 ? done() : failed(new Error("")));
      request.onerror = request.onabort = request.ontimeout = () => failed(new reports.Later("upload"));
      request.timeout = 180_000;
      request.send(reports.uploadBody(address, file.blob));
    });
  }

  function drop(file) {
    const at = files.indexOf(file);
    if (at < 0) return;
    files.splice(at, 1);
    file.state = "gone";
    file.request?.abort();
    if (file.thumbnail) URL.revokeObjectURL(file.thumbnail);
    file.line?.remove();
    changed();
  }

  function button(text, act, name) {
    const made = make("button", { type: "button", className: "second", textContent: text });
    made.setAttribute("aria-label", `${text}: ${name}`);
    made.addEventListener("click", act);
    return made;
  }

  function draw(file) {
    const line = make("li");
    if (file.blob && file.blob.type === "image/jpeg") {
      file.thumbnail = file.thumbnail || URL.createObjectURL(file.blob);
      line.append(make("img", { src: file.thumbnail, alt: "", width: 64, height: 64 }));
    } else {
      line.append(make("span", { className: "paper", textContent: "PDF" }));
    }
    const state = { preparing: words.preparing, uploading: words.uploading, up: words.ready, failed: file.problem || words.willRetry };
    const told = make("div", {}, make("span", { className: "file", textContent: file.name }), make("span", { className: file.state === "failed" ? "wrong" : "soft", textContent: state[file.state] }));
    if (file.state === "uploading") {
      const bar = make("progress", { max: 1, value: file.share });
      bar.setAttribute("aria-label", `${words.uploading} ${file.name}`);
      told.append(bar);
    }
    const acts = make("div", { className: "acts" });
    if (file.state === "failed") acts.append(button(words.retry, () => start(file), file.name));
    acts.append(button(words.takeAway, () => { drop(file); input.focus(); }, file.name));
    line.append(told, acts);
    if (file.line) file.line.replaceWith(line);
    else list.append(line);
    file.line = line;
  }

  input.addEventListener("change", () => {
    const chosen = [...input.files];
    input.value = "";
    choices = choices.then(() => add(chosen));
  });

  return {
    field,
    /* What goes with the report; what is still on its way is stopped, for the sender to take over. */
    take() {
      for (const file of files) {
        if (file.state === "uploading") file.state = "taken";
        file.request?.abort();
      }
      return files.filter((file) => file.blob).map(({ number, name, blob, key, keyAt }) => ({ number, name, blob, key, keyAt }));
    },
    give(kept) {
      for (const one of kept) {
        const file = { ...one, state: one.key ? "up" : "failed", problem: "", share: 0 };
        files.push(file);
        draw(file);
      }
    },
    clear: () => [...files].forEach(drop),
    /* Resolves once everything chosen is made small. */
    ready: () => choices,
  };
}
