// What the domain decides of CloudFront: the names it answers to, and whose certificate it shows. One of them that is
// empty would be refused even in a branch of the template that is not taken.
const domain = ({ resolveVariable }) => resolveVariable("param:domain");

const certificate = (name, protocol) => async (context) => {
  if (!(await domain(context))) return { CloudFrontDefaultCertificate: true };
  const given = await context.resolveVariable("param:certificate");
  if (!given) throw new Error("有 domain 就要有 certificate。请补上它的证书，或者去掉 domain");
  return { [name]: given, SslSupportMethod: "sni-only", MinimumProtocolVersion: protocol };
};

module.exports.aliases = async (context) => [await domain(context)].filter(Boolean);
module.exports.acm = certificate("AcmCertificateArn", "TLSv1.2_2021");
module.exports.iam = certificate("IamCertificateId", "TLSv1.2_2018");
