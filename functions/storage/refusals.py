"""The refusals that all record stores share; other modules decide who may read them."""

from typing import Final

KEY_OF_ANOTHER: Final = "这个幂等键已经用于另一份内容。请换一个新的键再提交"
GUARD_TAKEN: Final = (
    "同一单位、同一时期的这种填报已经有一份。要改它，请用它的编号和查询码补正；"
    "不是您单位报的，请勾选“仍要提交”，由本局核实"
)
SEQUENCE_TAKEN: Final = "这份填报刚刚有了新的变动，您的这一步没有存入。请重新打开它再试"
CHAIN_MOVED: Final = "这份名册或台账刚刚有了新的变动，您的这一步没有存入。请重新打开它再试"
CLOSING: Final = "服务正在停止。请稍后再试"
UNKNOWN_NUMBER: Final = "没有这个编号的填报。请核对编号"
UNKNOWN_PAGE: Final = "这一页的链接不对。请回到列表的第一页"
UNKNOWN_FORM: Final = "没有这个版本的表单"
NO_SEAL: Final = "没有这条封存记录。请核对序号"
NOT_SEALED: Final = "没有查到这个指纹的封存记录。刚提交的，要等当天夜里封存以后再查；否则请逐位核对指纹"
SEAL_TAKEN: Final = "另一处刚刚做完封存，这一次没有重复做"
NO_ACCOUNT: Final = "没有名为“{name}”的账号。请核对账号"
ACCOUNT_TAKEN: Final = "已经有名为“{name}”的账号。请换一个账号名"
NO_SESSION: Final = "没有这次登录。请重新登录"
