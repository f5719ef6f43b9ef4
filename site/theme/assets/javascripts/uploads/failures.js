// @ts-check
/* Why a file has not arrived, and whether another try may mend it. */

const BUSY = "服务现在办不了，没有传完。传好的部分还在，请过一会儿再重试";
const LOST = "网络连不上，没有传完。传好的部分还在，请检查网络再重试";
const NOT_TAKEN = "这个文件没有收下。请换一个文件";

/** What another try may mend, after so many seconds; `words` are those of a service that answers, but not now. */
export class Lost {
  /**
   * @param {number} [seconds]
   * @param {string} [words]
   */
  constructor(seconds, words) {
    this.status = 0;
    this.seconds = seconds || 0;
    this.busy = Boolean(words);
    this.words = words || LOST;
  }
}

/** What no other try mends, in the service's words. */
export class Refused {
  /**
   * @param {number} status
   * @param {string} words
   */
  constructor(status, words) {
    this.status = status;
    this.words = words;
  }
}

/** @type {Record<number, string>} */
const WHY = {
  405: "不让用这种方式上传",
  413: "不收这么大的内容",
  501: "不认这种上传方式"
};

/** What somebody between the browser and the service does not let through: the line is there, and another try is no use. */
export class Blocked extends Refused {
  /** @param {number} status */
  constructor(status) {
    super(status, `网络中间的服务器（代理或者防火墙）${WHY[status] || "拒绝了上传"}（${status}），没有传成。请按“上传”再试一次，还不行就请找本单位的网管`);
  }
}

/**
 * The words of an answer, or what was kept; nothing where it is not JSON: of a store that takes parts, or of a proxy.
 * @param {string} text
 * @returns {any}
 */
export function parsedOrEmpty(text) {
  try {
    return JSON.parse(text) || {};
  } catch (broken) {
    return {};
  }
}

/**
 * What an answer that is no success means.
 * @param {number} status 0 where none came
 * @param {string} text
 * @param {string | null} retryAfter
 */
export function failureOf(status, text, retryAfter) {
  const { detail } = parsedOrEmpty(text);
  if (WHY[status] && !detail) return new Blocked(status);
  const again = status === 0 || status === 408 || status === 409 || status === 429 || status >= 500;
  if (again) return new Lost(Number(retryAfter) || 0, status ? detail || BUSY : "");
  return new Refused(status, detail || NOT_TAKEN);
}
