/* One file of a list: how it is shown while it travels and after, and how the form names it; decides nothing. */
(function (form) {
  "use strict";

  var ACTIVE = { reading: 1, sending: 1, waiting: 1, checking: 1 };

  function make(tag, className, text) {
    var made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function hidden(name, value) {
    var made = make("input");
    made.type = "hidden";
    made.name = name;
    made.value = value;
    return made;
  }

  function sizeWords(size) {
    var units = ["KB", "MB", "GB"];
    if (size < 1024) return size + " 字节";
    for (size /= 1024; size >= 1023.95 && units.length > 1; size /= 1024) units.shift();
    return size.toFixed(1).replace(".0", "") + " " + units[0];
  }

  /* One line of the list, in whatever state; all that is in it but the name is drawn by `draw`. */
  function addEntry(list, entry, press) {
    entry.item = make("li");
    entry.item.appendChild(make("span", "name", entry.name));
    entry.item.appendChild(make("span", "quiet", sizeWords(entry.size)));
    entry.bar = make("progress");
    entry.bar.max = entry.size;
    entry.bar.setAttribute("aria-label", "“" + entry.name + "”上传进度");
    entry.mark = make("span", "st");
    entry.again = make("button", "btn btn--second btn--small");
    entry.again.addEventListener("click", function () { press.again(list, entry); });
    entry.remove = make("button", "btn btn--warn btn--small");
    entry.remove.addEventListener("click", function () { press.remove(list, entry); });
    [entry.again, entry.remove].forEach(function (button) { button.type = "button"; });
    [entry.bar, entry.mark, entry.again, entry.remove].forEach(function (one) { entry.item.appendChild(one); });
    list.element.appendChild(entry.item);
    list.element.hidden = false;
    list.entries.push(entry);
    draw(entry);
  }

  function label(button, words, entry) {
    button.textContent = words;
    button.appendChild(make("span", "vh", entry.name));
  }

  function draw(entry) {
    var words = {
      reading: "正在读取", sending: "正在上传 " + sizeWords(entry.moved || 0), checking: "正在核对",
      waiting: entry.why, done: "已传好", lost: "没有传完，请再选一次这个文件，会接着传"
    };
    var active = ACTIVE[entry.state];
    entry.bar.hidden = !active;
    entry.bar.value = entry.moved || 0;
    entry.mark.className = "st " + (entry.state === "done" ? "st--ok" : active ? "st--wait" : "st--over");
    entry.mark.textContent = words[entry.state] || entry.words;
    entry.again.hidden = !(entry.state === "failed" || entry.state === "waiting");
    label(entry.again, entry.state === "waiting" ? "马上重试" : "重试", entry);
    label(entry.remove, active ? "取消" : "移除", entry);
  }

  function parsed(text) {
    try {
      var file = JSON.parse(text);
      return file && file.sha256 && file.size ? file : null;
    } catch (broken) {
      return null; /* what cannot be read is the server's to name */
    }
  }

  function holds(voucher) {
    return Number((voucher || "").split(".")[1]) * 1000 > Date.now();
  }

  /* The voucher among these for a file of this digest and size, one that still holds if there is one. */
  function voucherFor(file, vouchers) {
    var found = vouchers.filter(function (voucher) {
      var parts = voucher.split(".");
      return parts[3] === file.sha256 && parts[2] === String(file.size);
    });
    return found.filter(holds)[0] || found[0] || "";
  }

  function named(file) {
    return JSON.stringify({ name: file.name, size: file.size, sha256: file.sha256 });
  }

  function settle(entry, state) {
    entry.state = state;
    draw(entry);
  }

  form.fileList = {
    make: make, hidden: hidden, sizeWords: sizeWords, add: addEntry, settle: settle,
    parsed: parsed, named: named, holds: holds, voucherFor: voucherFor,
    isActive: function (entry) { return Boolean(ACTIVE[entry.state]); }
  };
})((window.qingdanForm = window.qingdanForm || {}));
