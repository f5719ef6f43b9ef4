// The machine that the functions run on: the one asked for, if the zips were packed for it.
const { machine } = require("../../build/package/stack.json");

module.exports.architecture = async ({ resolveVariable }) => {
  const asked = await resolveVariable("param:architecture");
  if (asked !== machine) {
    throw new Error(`build/package 里的包是给 ${machine} 打的，architecture 却是 ${asked}。请运行 make package MACHINE=${asked}，或者改 architecture`);
  }
  if (await resolveVariable("param:clamd, ''")) {
    throw new Error("AWS 上不用 clamd：函数到查毒程序之间的内容不加密，要经过公网。请去掉 clamd 参数");
  }
  return asked;
};
