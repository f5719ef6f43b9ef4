/* Brings one file to the service, in parts, over a line that may break; knows neither the form nor the page. */
(function (form) {
  "use strict";

  var PART = 5 * 1024 * 1024;
  var PAUSES = [1, 2, 4, 8, 15, 30, 60];
  var AT_ONCE = 2;
  var SILENCE = 60;
  var PATIENCE = 90;
  var KEPT = "qingdan:upload:";

  var UNREADABLE = "文件读不出来，可能改动过或者移走了。请再选一次";
  var BUSY = "服务现在办不了，没有传完。传好的部分还在，请过一会儿再重试";
  var LOST = "网络连不上，没有传完。传好的部分还在，请检查网络再重试";

  var worker = null;
  var free = AT_ONCE;
  var queue = [];
  var asked = [];

  /* What another try may mend, after so many seconds; `words` are those of a service that answers, but not now. */
  function Lost(seconds, words) {
    this.seconds = seconds || 0;
    this.busy = Boolean(words);
    this.words = words || LOST;
  }

  function Refused(status, words) {
    this.status = status;
    this.words = words;
  }

  function takeAnswer(event) {
    var answer = event.data;
    if (answer.found) asked[answer.id].resolve(answer.found);
    else asked[answer.id].reject(new Refused(0, UNREADABLE));
    delete asked[answer.id];
  }

  /* The SHA-256 of a file and of its parts. */
  form.digestsOf = function (file) {
    return new Promise(function (resolve, reject) {
      if (!worker) {
        worker = new Worker(form.digestScript);
        worker.onmessage = takeAnswer;
        worker.onerror = function () {
          asked.forEach(function (one) { one.reject(new Refused(0, UNREADABLE)); });
          worker = null;
        };
      }
      asked.push({ resolve: resolve, reject: reject });
      worker.postMessage({ id: asked.length - 1, file: file, size: PART });
    });
  };

  function parsed(text) {
    try {
      return JSON.parse(text) || {};
    } catch (broken) {
      return {}; /* an answer without words: of a store that takes parts, or of a proxy */
    }
  }

  function failure(request) {
    var told = parsed(request.responseText);
    var status = request.status;
    var again = status === 0 || status === 408 || status === 409 || status === 429 || status >= 500;
    if (again) return new Lost(Number(request.getResponseHeader("Retry-After")) || 0, status && (told.detail || BUSY));
    return new Refused(status, told.detail || "这个文件没有收下。请换一个文件");
  }

  /* One request; it is given up when nothing moves for SILENCE seconds. */
  function ask(sending, what, moved) {
    return new Promise(function (resolve, reject) {
      var request = new XMLHttpRequest();
      var watch = 0;
      function wait() {
        window.clearTimeout(watch);
        watch = window.setTimeout(function () { request.abort(); }, SILENCE * 1000);
      }
      function end(act, value) {
        window.clearTimeout(watch);
        sending.open = sending.open.filter(function (one) { return one !== request; });
        act(value);
      }
      request.open(what.method, what.url);
      Object.keys(what.headers || {}).forEach(function (name) {
        request.setRequestHeader(name, what.headers[name]);
      });
      request.upload.onprogress = function (event) {
        wait();
        if (moved) moved(event.loaded);
      };
      request.onload = function () {
        if (request.status >= 200 && request.status < 300) end(resolve, parsed(request.responseText));
        else end(reject, failure(request));
      };
      request.onerror = request.onabort = function () { end(reject, new Lost()); };
      sending.open.push(request);
      wait();
      request.send(what.body || null);
    });
  }

  function call(sending, method, path, content) {
    var headers = sending.token ? { Authorization: "Bearer " + sending.token } : {};
    if (content) headers["Content-Type"] = "application/json";
    return ask(sending, {
      method: method, url: sending.address + path, headers: headers, body: content && JSON.stringify(content)
    });
  }

  function session(act) {
    try {
      return act(window.sessionStorage);
    } catch (refused) {
      return null; /* a browser that keeps nothing: a page loaded anew begins anew */
    }
  }

  function remember(sending) {
    var kept = { id: sending.id, token: sending.token, name: sending.file.name, size: sending.file.size, at: sending.at };
    session(function (store) { store.setItem(KEPT + sending.digests.whole, JSON.stringify(kept)); });
  }

  form.forgetUpload = function (digest) {
    session(function (store) { store.removeItem(KEPT + digest); });
  };

  /* What was begun in this window and has not arrived: digest, name, size, and where it belongs (`at`). */
  form.begunUploads = function () {
    return session(function (store) {
      return Object.keys(store).filter(function (key) { return key.indexOf(KEPT) === 0; }).map(function (key) {
        var kept = parsed(store.getItem(key));
        kept.digest = key.slice(KEPT.length);
        return kept;
      });
    }) || [];
  };

  function begin(sending) {
    sending.token = sending.id = "";
    var file = { name: sending.file.name, size: sending.file.size, sha256: sending.digests.whole };
    return call(sending, "POST", "", file).then(function (told) {
      sending.id = told.id;
      sending.token = told.token;
      remember(sending);
      return [];
    });
  }

  /* The numbers of the parts that have arrived; a pass that is out of date is asked for anew. */
  function arrived(sending) {
    if (!sending.token) return begin(sending);
    return call(sending, "GET", "/" + sending.id).then(function (told) {
      return told.arrived;
    }, function (error) {
      if (error instanceof Lost) throw error;
      return begin(sending);
    });
  }

  function show(sending) {
    var bytes = sending.sent;
    Object.keys(sending.moving).forEach(function (part) { bytes += sending.moving[part]; });
    sending.told.moved(Math.min(bytes, sending.file.size));
  }

  function sizeOf(sending, part) {
    return Math.min(PART, sending.file.size - (part - 1) * PART);
  }

  function sendPart(sending, part) {
    var content = sending.file.slice((part - 1) * PART, part * PART);
    var digest = { sha256: sending.digests.parts[part - 1] };
    return call(sending, "POST", "/" + sending.id + "/parts/" + part, digest).then(function (ticket) {
      ticket.url = new URL(ticket.url, sending.address).href;
      ticket.body = content;
      return ask(sending, ticket, function (loaded) {
        sending.moving[part] = Math.min(loaded, content.size);
        show(sending);
      }).catch(function (error) {
        /* What was changed on its way, or came too late for its ticket, is sent again. */
        throw error instanceof Lost || error.status === 401 ? error : new Lost();
      });
    }).then(function () {
      delete sending.moving[part];
      sending.sent += content.size;
      sending.tries = 0;
      show(sending);
    });
  }

  /* Of all files together, only so many parts are on their way at once. */
  function inTurn(act) {
    return new Promise(function (resolve) {
      queue.push(resolve);
      pass(0);
    }).then(act).then(function (value) {
      pass(1);
      return value;
    }, function (error) {
      pass(1);
      throw error;
    });
  }

  function pass(more) {
    free += more;
    if (!free || !queue.length) return;
    free -= 1;
    queue.shift()();
  }

  function sendRest(sending, there) {
    var turn = sending.turn;
    var rest = sending.digests.parts.map(function (_, place) { return place + 1; }).filter(function (part) {
      return there.indexOf(part) < 0;
    });
    sending.moving = {};
    sending.sent = there.reduce(function (sum, part) { return sum + sizeOf(sending, part); }, 0);
    show(sending);
    return Promise.all(rest.map(function (part) {
      return inTurn(function () {
        if (turn !== sending.turn) throw new Lost();
        return sendPart(sending, part);
      });
    }));
  }

  function complete(sending) {
    sending.told.checking();
    return call(sending, "POST", "/" + sending.id + "/completion", {});
  }

  function stop(sending) {
    sending.turn += 1;
    sending.open.slice().forEach(function (request) { request.abort(); });
  }

  function pause(sending, error, go) {
    var seconds = Math.max(PAUSES[sending.tries], error.seconds);
    sending.tries += 1;
    sending.told.waiting(seconds, error.busy);
    var timer = window.setTimeout(resume, seconds * 1000 * (0.9 + Math.random() / 5));
    function resume() {
      window.clearTimeout(timer);
      window.removeEventListener("online", resume);
      if (!sending.ended) go();
    }
    sending.hurry = resume;
    window.addEventListener("online", resume);
  }

  function run(sending, resolve, reject) {
    sending.hurry = null;
    arrived(sending).then(function (there) {
      return sendRest(sending, there);
    }).then(function () {
      return complete(sending);
    }).then(function (told) {
      sending.ended = true;
      form.forgetUpload(sending.digests.whole);
      resolve(told);
    }).catch(function (error) {
      if (sending.ended) return;
      stop(sending);
      var expired = error.status === 401 && !sending.renewed;
      if (expired) {
        sending.renewed = true;
        sending.token = "";
      }
      if (expired || (error instanceof Lost && sending.tries < PAUSES.length && error.seconds <= PATIENCE)) {
        pause(sending, expired ? new Lost() : error, function () { run(sending, resolve, reject); });
        return;
      }
      sending.ended = true;
      if (!(error instanceof Lost)) form.forgetUpload(sending.digests.whole);
      reject(error);
    });
  }

  /* Sends a file to the service at `address`; what was begun in this window goes on where it stopped.

     `at` says where it belongs, `told` hears how it goes: moved(bytes), waiting(seconds, whether the service answers), checking(). */
  form.send = function (address, file, digests, at, told) {
    var sending = {
      address: address, file: file, digests: digests, at: at, told: told, open: [], moving: {}, sent: 0, tries: 0, turn: 0, ended: false
    };
    form.begunUploads().forEach(function (kept) {
      if (kept.digest !== digests.whole || kept.name !== file.name) return;
      sending.id = kept.id;
      sending.token = kept.token;
    });
    return {
      done: new Promise(function (resolve, reject) { run(sending, resolve, reject); }),
      hurry: function () { if (sending.hurry) sending.hurry(); },
      cancel: function () {
        var begun = sending.token && !sending.ended;
        sending.ended = true;
        stop(sending);
        form.forgetUpload(digests.whole);
        if (begun) call(sending, "DELETE", "/" + sending.id).catch(function () {});
      }
    };
  };

  /* Where the service takes files, beside where the form is posted to; "" where no script can send them there. */
  form.uploadAddress = function () {
    var able = form.digestScript && window.Worker && window.Promise && window.URL && window.crypto && window.crypto.subtle;
    if (!able || !String.prototype.normalize) return "";
    var posted = new URL(form.element.getAttribute("action"), document.baseURI).href;
    var found = /^(.*?)\/(forms\/[^/]+|track\/[^/]+\/correct|desk\/records\/[^/]+)$/.exec(posted);
    return found && found[1].indexOf(location.origin) === 0 ? found[1] + "/api/attachments" : "";
  };
})((window.qingdanForm = window.qingdanForm || {}));
