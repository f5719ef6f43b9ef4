/* Verifies a receipt in this browser: the published keys are all that is fetched, from this site alone, and the receipt
   goes nowhere. What stands behind # in an address is never sent to a server. Without this script the page says how else. */
(function () {
  "use strict";
  var TOKEN = /[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{80,}/;
  var LARGEST = 1024 * 1024;
  var BEIJING = 8 * 3600 * 1000;
  var place, titles, turn = 0;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  /* One value has one spelling, so that no receipt has two. */
  function decode(text) {
    var found = bytes(text);
    var again = btoa(String.fromCharCode.apply(null, found)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    if (again !== text) { throw new Error("spelling"); }
    return found;
  }

  function read(part) {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(decode(part)));
  }

  function Refusal(title, words) {
    this.title = title;
    this.words = words;
  }

  var FORGED = new Refusal("核对不上", "这份回执的内容被改动过，或者不是本局签发的。请用原来的回执文件再试一次。");
  var NONE = new Refusal("没有找到回执", "里面没有以 eyJ 开头的一长串。请选下载的 .jws 文件，或者把整串都粘贴进来。");
  var UNSAFE = new Refusal("这里不能核验", "网址没有加密，浏览器不提供核对签名的功能。请用 https 打开这一页，或者用命令核验。");
  var ELSEWHERE = new Refusal("这里不能核验", "本局的公钥在另一个网址上，为了不向别处发出请求，这一页没有去取。请到办理填报的网址打开“核验回执”。");
  var OFFLINE = new Refusal("还没有核验", "公钥没有取到，现在判断不了。请检查网络，再按一次“核验”。");

  function fetchKeys() {
    var address = new URL(place.dataset.keys, document.baseURI);
    if (address.origin !== location.origin) { return Promise.reject(ELSEWHERE); }
    return fetch(address, { credentials: "omit" }).then(function (answer) {
      if (!answer.ok) { throw OFFLINE; }
      return answer.json();
    }).catch(function () { throw OFFLINE; });
  }

  function keyFor(kid, jwks) {
    var found = jwks.keys.filter(function (jwk) { return jwk.kid === kid; })[0];
    if (!found) { throw FORGED; }
    var jwk = { kty: "EC", crv: "P-256", x: found.x, y: found.y };
    return crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  }

  function checked(token, jwks) {
    var parts = token.split(".");
    var head, payload, signature;
    try {
      head = read(parts[0]);
      payload = read(parts[1]);
      signature = decode(parts[2]);
    } catch (unreadable) {
      return Promise.reject(FORGED);
    }
    if (head.alg !== "ES256" || typeof payload.number !== "string") { return Promise.reject(FORGED); }
    return Promise.resolve(keyFor(head.kid, jwks)).then(function (key) {
      var signed = new TextEncoder().encode(parts[0] + "." + parts[1]);
      return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed);
    }).then(function (genuine) {
      if (!genuine) { throw FORGED; }
      return { payload: payload, kid: head.kid };
    });
  }

  function element(name, kind, words) {
    var made = document.createElement(name);
    if (kind) { made.className = kind; }
    if (words !== undefined) { made.textContent = words; }
    return made;
  }

  function two(number) { return (number < 10 ? "0" : "") + number; }

  function day(date) {
    var parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date || "");
    return parts ? parts[1] + "年" + Number(parts[2]) + "月" + Number(parts[3]) + "日" : date;
  }

  function moment(at) {
    var time = new Date(Date.parse(at) + BEIJING);
    if (isNaN(time)) { return at || ""; }
    var clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(two).join(":");
    return day(time.toISOString().slice(0, 10)) + " " + clock;
  }

  function grouped(digest) { return String(digest || "").replace(/(.{8})(?=.)/g, "$1 "); }

  function fact(list, label, value, wide, code) {
    if (value === undefined || value === "") { return; }
    var box = element("div", wide);
    box.appendChild(element("dt", "", label));
    var shown = element("dd");
    shown.appendChild(element("span", code ? "code" : "", value));
    box.appendChild(shown);
    list.appendChild(box);
  }

  /* A correction's receipt has both times, and fills one line more. */
  function times(list, payload) {
    if (payload.corrected_at) {
      fact(list, "第一次收到", moment(payload.submitted_at), "w3");
      fact(list, "补正收到", moment(payload.corrected_at), "w3");
      fact(list, "版本", "第 " + payload.version + " 版");
    } else if (payload.received_on) {
      fact(list, "收到日期（纸质件）", day(payload.received_on), "w3");
      fact(list, "录入时间", moment(payload.submitted_at), "w3");
    } else {
      fact(list, "收到时间", moment(payload.submitted_at));
    }
    var wide = payload.received_on && !payload.corrected_at ? "w3" : "";
    fact(list, "截止日期", day(payload.due), wide);
    fact(list, "是否按期", { on_time: "按期", late: "延报" }[payload.timeliness] || payload.timeliness, wide);
  }

  function facts(payload, kid) {
    var list = element("dl", "slip");
    var year = /^\d{4}$/.test(payload.period) ? payload.period + " 年度" : "";
    fact(list, "编号", payload.number, "w3", true);
    fact(list, "单位", payload.unit_name, "w3");
    fact(list, "表", year + (titles[payload.form] || payload.form), "w6");
    times(list, payload);
    fact(list, "内容指纹（SHA-256）", grouped(payload.digest), "w6", true);
    fact(list, "签名用的密钥", kid, "w6", true);
    return list;
  }

  function show(kind, title, words, list) {
    var answer = place.querySelector("[data-answer]");
    var box = element("div", "say " + kind);
    box.appendChild(element("b", "", title));
    box.appendChild(element("p", "", words));
    answer.textContent = "";
    answer.appendChild(box);
    if (list) { answer.appendChild(list); }
    answer.focus();
  }

  function verify(text) {
    var mine = turn += 1;
    var found = TOKEN.exec(text);
    var work = !found ? Promise.reject(NONE) : !(window.crypto && crypto.subtle) ? Promise.reject(UNSAFE)
      : fetchKeys().then(function (jwks) { return checked(found[0], jwks); });
    work.then(function (good) {
      if (mine !== turn) { return; }
      show("say--done", "对得上：是本局签发的，没有改动过", "下面是回执上写的内容，时间为北京时间。请和您手里的核对。", facts(good.payload, good.kid));
    }, function (refusal) {
      if (mine !== turn) { return; }
      var told = refusal instanceof Refusal ? refusal : FORGED;
      show(told === FORGED ? "say--stop" : "say--warn", told.title, told.words);
    });
  }

  function readFile(file) {
    if (!file) { return; }
    if (file.size > LARGEST) { verify(""); return; }
    var reader = new FileReader();
    reader.onload = function () { verify(reader.result); };
    reader.onerror = function () { verify(""); };
    reader.readAsText(file);
  }

  function readAddress() {
    if (location.hash.length > 1 && TOKEN.test(location.hash)) { verify(location.hash.slice(1)); }
  }

  function listen(form) {
    var file = form.querySelector("[type=file]");
    var text = form.querySelector("textarea");
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (text.value.trim() || !file.files.length) { verify(text.value); } else { readFile(file.files[0]); }
    });
    file.addEventListener("change", function () { readFile(file.files[0]); });
    /* The whole page takes a file that is dropped: beside the frame, a browser would open it in place of the page. */
    window.addEventListener("dragover", function (event) { event.preventDefault(); });
    window.addEventListener("drop", function (event) {
      event.preventDefault();
      readFile(event.dataTransfer.files[0]);
    });
    window.addEventListener("hashchange", readAddress);
  }

  document.addEventListener("DOMContentLoaded", function () {
    place = document.getElementById("verify");
    if (!place) { return; }
    titles = JSON.parse(place.dataset.forms);
    var form = place.querySelector("[data-form]");
    place.querySelector("[data-plain]").hidden = true;
    form.hidden = false;
    listen(form);
    readAddress();
  });
})();
