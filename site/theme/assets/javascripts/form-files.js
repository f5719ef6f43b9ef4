/* The files of a field: chosen or dropped, shown as they travel, taken out again; how they travel is form-upload.js. */
(function (form) {
  "use strict";

  var files = form.fileList;
  var KINDS = "只收 PDF、OFD、JPEG、PNG、DOCX、XLSX。请转成其中一种再选";

  var PRESS = { again: retry, remove: remove };

  var lists = [];
  var address = "";

  function say(list, words) {
    list.status.textContent = words;
  }

  function quoted(entry) {
    return "“" + entry.name + "”";
  }

  /* The hidden values with which the form names the file, and proves that it has arrived. */
  function name(list, entry, file, voucher) {
    entry.file = file;
    entry.voucher = voucher;
    entry.item.appendChild(files.hidden(list.name, files.named(file)));
    if (voucher) entry.item.appendChild(files.hidden("voucher", voucher));
    files.settle(entry, "done");
  }

  function changed(list) {
    if (list.held && !firstOpen(list)) {
      form.showMessage(list.wrapper, "");
      list.held = false;
    }
    form.changed();
    form.keepDraft();
  }

  function arrive(list, entry, told) {
    name(list, entry, { name: told.name, size: told.size, sha256: told.sha256 }, told.voucher);
    if (!told.scanned) entry.mark.textContent = "已传好，等待查毒";
    say(list, quoted(entry) + "已传好");
    changed(list);
  }

  function fail(list, entry, error) {
    entry.words = error.words;
    files.settle(entry, error.status ? "refused" : "failed");
    say(list, quoted(entry) + "没有传好：" + entry.words);
  }

  function isSame(entry, digest) {
    return (entry.file && entry.file.sha256 === digest) || entry.digest === digest;
  }

  /* Another entry of the same content: one that has to be chosen again gives way, one that is there stays alone. */
  function clash(list, entry, digest) {
    var same = list.entries.filter(function (one) { return one !== entry && isSame(one, digest); })[0];
    if (same && (same.state === "lost" || (same.state === "done" && !files.holds(same.voucher)))) {
      take(list, same);
      return false;
    }
    return Boolean(same);
  }

  function hooks(list, entry) {
    return {
      moved: function (bytes) {
        entry.moved = bytes;
        files.settle(entry, "sending");
      },
      waiting: function (seconds, busy) {
        entry.why = (busy ? "服务正忙，" : "网络不通，") + seconds + " 秒后再试";
        files.settle(entry, "waiting");
        say(list, quoted(entry) + entry.why);
      },
      checking: function () { files.settle(entry, "checking"); }
    };
  }

  function start(list, entry) {
    files.settle(entry, "reading");
    form.digestsOf(entry.source).then(function (digests) {
      if (list.entries.indexOf(entry) < 0) return undefined;
      if (clash(list, entry, digests.whole)) {
        take(list, entry);
        say(list, quoted(entry) + "已经在里面了");
        return undefined;
      }
      entry.digest = digests.whole;
      entry.sending = form.send(address, entry.source, digests, list.at, hooks(list, entry));
      return entry.sending.done.then(function (told) { arrive(list, entry, told); });
    }).catch(function (error) { fail(list, entry, error); });
  }

  function retry(list, entry) {
    if (entry.state === "waiting") entry.sending.hurry();
    else start(list, entry);
    entry.remove.focus();
  }

  function take(list, entry) {
    list.entries.splice(list.entries.indexOf(entry), 1);
    list.element.removeChild(entry.item);
    list.element.hidden = !list.entries.length;
  }

  function drop(entry) {
    if (entry.sending) entry.sending.cancel();
    else if (entry.state === "lost") form.forgetUpload(entry.digest);
  }

  function remove(list, entry) {
    var next = list.entries[list.entries.indexOf(entry) + 1];
    drop(entry);
    take(list, entry);
    form.showMessage(list.wrapper, "");
    say(list, quoted(entry) + (files.isActive(entry) ? "已取消" : "已移除"));
    (next ? next.remove : list.chooser).focus();
    changed(list);
  }

  function wrong(list, file) {
    var allowed = list.chooser.accept.split(",").some(function (end) {
      return file.name.slice(-end.length).toLowerCase() === end && file.name.length > end.length;
    });
    if (!allowed) return KINDS;
    if (!file.size) return "这个文件是空的。请核对选的是不是它";
    return file.size > list.largest ? "超过 " + files.sizeWords(list.largest) + "。请压缩图片，或者分成几个文件" : "";
  }

  /* A file under its name in the composed form; the browser's own name for it may be any. */
  function renamed(file) {
    var plain = file.name.normalize("NFC");
    if (plain === file.name) return file;
    return typeof File === "function" ? new File([file], plain, { type: file.type }) : file;
  }

  function choose(list, chosen) {
    var left = [];
    form.showMessage(list.wrapper, "");
    Array.from(chosen).map(renamed).forEach(function (file) {
      if (count(list) >= list.most) {
        left.push("“" + file.name + "”");
        return;
      }
      var words = wrong(list, file);
      var entry = { name: file.name, size: file.size, source: file, state: words ? "refused" : "reading", words: words };
      files.add(list, entry, PRESS);
      if (words) say(list, quoted(entry) + "没有传：" + words);
      else start(list, entry);
    });
    if (left.length) refuse(list, "最多 " + list.most + " 个文件，" + left.join("、") + "没有加进来。请先移除别的");
  }

  /* How many files the field has, or is about to have. */
  function count(list) {
    return list.entries.filter(function (entry) { return entry.state !== "lost" && entry.state !== "refused"; }).length;
  }

  function refuse(list, words) {
    form.showMessage(list.wrapper, words);
    list.wrapper.setAttribute("data-judged", form.answerText(list.wrapper));
    say(list, words);
  }

  function firstOpen(list) {
    return form.isHidden(list.wrapper) ? undefined : list.entries.filter(function (entry) { return entry.state !== "done"; })[0];
  }

  function reason(entry) {
    if (files.isActive(entry)) return "还在上传。请等它传完再提交，或者取消它";
    if (entry.state === "refused") return "没有收下。请移除它，或者换一个文件";
    return entry.state === "lost" ? "没有传完。请再选一次这个文件，或者移除它" : "没有传完。请重试，或者移除它";
  }

  /* The form goes only when every file that stands in it has arrived. */
  function hold(event) {
    lists.some(function (list) {
      var open = firstOpen(list);
      if (!open) return false;
      event.preventDefault();
      list.held = true;
      refuse(list, quoted(open) + reason(open));
      open.remove.focus();
      return true;
    });
  }

  function listenForFiles(list) {
    var box = list.wrapper;
    list.chooser.addEventListener("change", function () {
      choose(list, list.chooser.files);
      list.chooser.value = "";
    });
    ["dragenter", "dragover", "dragleave", "drop"].forEach(function (kind) {
      box.addEventListener(kind, function (event) {
        if (!event.dataTransfer || Array.from(event.dataTransfer.types).indexOf("Files") < 0) return;
        event.preventDefault();
        box.classList.toggle("over", kind === "dragenter" || kind === "dragover");
        if (kind === "drop") choose(list, event.dataTransfer.files);
      });
    });
  }

  /* What the server wrote into the page, as entries like all others. */
  function adopt(list, vouchers) {
    var old = list.wrapper.querySelector("ul.files");
    form.each(old ? old.children : [], function (item) {
      var value = item.querySelector("input[type=hidden]").value;
      var file = files.parsed(value);
      var entry = { name: file ? file.name : "读不出来的文件", size: file ? file.size : 0, state: "done" };
      files.add(list, entry, PRESS);
      if (file) name(list, entry, file, files.voucherFor(file, vouchers));
      else entry.item.appendChild(files.hidden(list.name, value));
    });
    if (old) old.parentNode.removeChild(old);
  }

  /* The vouchers of the page leave it: each goes along with its file from now on. */
  function takeVouchers() {
    return Array.from(form.element.querySelectorAll("input[type=hidden][name=voucher]")).map(function (one) {
      one.parentNode.removeChild(one);
      return one.value;
    });
  }

  function startList(wrapper, vouchers) {
    var list = {
      wrapper: wrapper, name: form.nameOf(wrapper), most: Number(wrapper.getAttribute("data-most")), entries: [],
      largest: Number(wrapper.getAttribute("data-largest")),
      chooser: wrapper.querySelector("input[type=file]"), element: files.make("ul", "files"), status: files.make("p", "vh"), held: false
    };
    list.at = [form.data.form, form.element.hasAttribute("data-unkept") ? location.pathname : "", list.name].join(" ");
    list.status.setAttribute("role", "status");
    list.element.hidden = true;
    var choice = list.chooser.parentNode;
    adopt(list, vouchers);
    choice.parentNode.insertBefore(list.element, choice);
    lists.push(list);
    if (!address) return;
    form.each(wrapper.querySelectorAll("[data-plain]"), function (one) { one.hidden = true; });
    choice.insertBefore(files.make("span", "note", "可以一次选几个，也可以拖到这里。选好就开始上传。"), list.chooser);
    choice.appendChild(list.status);
    listenForFiles(list);
  }

  form.startFiles = function () {
    address = form.uploadAddress();
    var vouchers = takeVouchers();
    form.each(form.element.querySelectorAll("[data-most]"), function (wrapper) { startList(wrapper, vouchers); });
    if (lists.length) form.element.addEventListener("submit", hold);
  };

  /* Name what was on its way when the page was left: chosen again, it goes on. After the draft, which has what arrived. */
  form.offerUploads = function () {
    if (!address) return;
    form.begunUploads().forEach(function (kept) {
      lists.forEach(function (list) {
        if (kept.at !== list.at) return;
        files.add(list, { name: kept.name, size: kept.size, digest: kept.digest, state: "lost" }, PRESS);
      });
    });
  };

  /* The files that a field names now; undefined when it names none. */
  form.filesIn = function (wrapper) {
    var found = Array.from(wrapper.querySelectorAll("input[type=hidden]")).filter(function (one) {
      return one.name === form.nameOf(wrapper);
    });
    return found.length ? found.map(function (one) { return files.parsed(one.value) || one.value; }) : undefined;
  };

  form.hasOpenFiles = function (wrapper) {
    return lists.some(function (list) { return list.wrapper === wrapper && Boolean(firstOpen(list)); });
  };

  /* Name and value of every file that is named, and of the vouchers, for a draft. */
  form.filePairs = function () {
    var found = [];
    lists.forEach(function (list) {
      form.each(list.element.querySelectorAll("input[type=hidden]"), function (one) { found.push([one.name, one.value]); });
    });
    return found;
  };

  form.emptyFiles = function () {
    lists.forEach(function (list) {
      list.entries.slice().forEach(function (entry) {
        drop(entry);
        take(list, entry);
      });
    });
  };

  /* Put the files of a draft back, as far as their vouchers hold; the names of those that have to be sent again. */
  form.fillInFiles = function (typed) {
    var stale = [];
    lists.forEach(function (list) {
      (typed[list.name] || []).map(files.parsed).forEach(function (file) {
        if (!file) return;
        var voucher = files.voucherFor(file, typed.voucher || []);
        if (!files.holds(voucher)) {
          stale.push("“" + file.name + "”");
          return;
        }
        var entry = { name: file.name, size: file.size, state: "done" };
        files.add(list, entry, PRESS);
        name(list, entry, file, voucher);
      });
    });
    return stale;
  };
})((window.qingdanForm = window.qingdanForm || {}));
