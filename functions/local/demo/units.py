"""The invented units of an invented county, and the projects they build; knows neither form nor record."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, islice
from typing import Final

from functions.forms.formats import uscc_check_character

COUNTY: Final = "示例县"
MOST: Final = 300
BUILDERS: Final = 40
_TOWNS: Final = (
    *("青禾镇", "白杨镇", "石桥镇", "柳泉镇", "红枫镇", "云岭镇", "南坡镇", "北河镇", "东湾镇", "西塘镇"),
    *("松林乡", "竹溪乡", "梨园乡", "杏花乡", "麦田乡", "芦荡乡", "槐荫乡", "枣沟乡", "鹿鸣乡", "雁回乡"),
)
# What a unit is called, which professional archives it keeps, and who answers for them.
_IN_TOWNS: Final = (
    ("人民政府", "civil_affairs", "副职负责人"),
    ("中心学校", "education", "副校长"),
    ("卫生院", "health", "副院长"),
    ("财政所", "economy", "所长"),
    ("自然资源所", "land_housing", "所长"),
    ("司法所", "justice", "所长"),
    ("便民服务中心", "civil_affairs", "主任"),
    ("水利站", "agriculture_environment", "站长"),
    ("农业技术推广站", "agriculture_environment", "站长"),
)
_BUREAUS: Final = {
    "agriculture_environment": "水利局、农业农村局、林业局、生态环境分局、气象局、水库管理处、灌区管理处",
    "land_housing": (
        "交通运输局、住房和城乡建设局、自然资源局、城市管理局、公路事务中心、园林中心、城镇建设投资公司、"
        "不动产登记中心、住房保障中心、供水公司、供热公司、污水处理厂、工业园区管理处"
    ),
    "education": "教育局、职业教育中心、特殊教育学校、教师进修学校、体育运动学校",
    "health": "卫生健康局、人民医院、中医院、妇幼保健院、疾病预防控制中心、中心血站、急救中心",
    "economy": "财政局、审计局、统计局、市场监督管理局、发展和改革局、商务局、税务局、供销合作社",
    "civil_affairs": "民政局、公证处、婚姻登记处、殡仪馆、退役军人事务局、残疾人联合会",
    "personnel": "人力资源和社会保障局、社会保险中心、就业服务中心、医疗保障局、人才交流中心",
    "justice": "公安局、司法局、人民法院、人民检察院",
    "other": (
        "文化和旅游局、图书馆、文化馆、博物馆、融媒体中心、应急管理局、信访局、科技局、消防救援大队、地震台、"
        "粮食储备库、烟草公司、邮政分公司、供电公司"
    ),
}
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_NUMERALS: Final = "一二三四五六七八九十"
_WORKS: Final = {
    "agriculture_environment": (
        ("河综合治理工程", "河道疏浚 12 公里，新建护岸 8 公里。"),
        ("灌区续建配套工程", "衬砌渠道 31 公里，改造水闸 14 座。"),
    ),
    "land_housing": (
        ("公路改建工程", "改建二级公路 18 公里，桥梁 3 座。"),
        ("污水管网改造工程", "改造管网 23 公里，新建提升泵站 2 座。"),
    ),
    "education": (("教学楼建设项目", "新建教学楼 6200 平方米，配套操场和管网。"),),
    "health": (("门诊楼建设项目", "新建门诊楼 9800 平方米和地下车库。"),),
    "economy": (("业务用房建设项目", "新建业务用房 3100 平方米。"),),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """An invented unit. `keeps` is the kind of professional archives it has, as the self-check report names it."""

    name: str
    uscc: str
    contact: str
    phone: str
    leader: str
    title: str
    keeps: str


@dataclass(frozen=True, slots=True)
class Project:
    """An invented construction project of a unit; `accepted_on` is when its archives were accepted, if they were."""

    unit: Unit
    name: str
    works: str
    start: date
    planned: date
    accepted_on: date


def dice(*of: object) -> random.Random:
    """Random numbers that are deterministic for a seed and purpose."""
    return random.Random("/".join(map(str, of)))  # noqa: S311 - it invents content, and keeps no secret


def units_of(seed: int, count: int) -> tuple[Unit, ...]:
    """So many units, at most MOST; the first BUILDERS of them are those that build."""
    return tuple(_unit(seed, index, *named) for index, named in enumerate(islice(_names(), count)))


def projects_of(seed: int, units: tuple[Unit, ...], today: date) -> tuple[Project, ...]:
    """Projects that began within three and a half years before `today`, two for every other builder."""
    return tuple(
        _project(dice(seed, "project", index, turn), unit, turn, today)
        for index, unit in enumerate(units[:BUILDERS])
        for turn in range(1 + index % 2)
    )


def _names() -> Iterator[tuple[str, str, str]]:
    bureaus = [(name, keeps, "副职负责人") for keeps, names in _BUREAUS.items() for name in names.split("、")]
    numbers = [*_NUMERALS, *(f"十{each}" for each in _NUMERALS[:9]), "二十"]
    schools = [(f"第{each}中学", "education", "副校长") for each in numbers]
    schools += [(f"第{each}小学", "education", "副校长") for each in numbers]
    nurseries = [(f"第{each}幼儿园", "education", "园长") for each in numbers]
    towns = [(town + name, keeps, title) for name, keeps, title in _IN_TOWNS for town in _TOWNS]
    return ((COUNTY + name, keeps, title) for name, keeps, title in chain(bureaus, towns, schools, nurseries))


def _unit(seed: int, index: int, name: str, keeps: str, title: str) -> Unit:
    chance = dice(seed, "unit", index)
    body = f"12000000{index + 1:09d}"
    contact, leader = chance.sample(_SURNAMES, 2)
    # A few share a telephone, as units in one building do.
    line = index - 1 if index % 60 == 59 else index
    phone = f"0000-{5550000 + line * 7}"
    return Unit(name, body + uscc_check_character(body), f"{contact}示例", phone, f"{leader}示例", title, keeps)


def _project(chance: random.Random, unit: Unit, turn: int, today: date) -> Project:
    start = today - timedelta(days=chance.randrange(40, 1270))
    months = chance.randrange(12, 31)
    ending, works = chance.choice(_WORKS[unit.keeps])
    place = chance.choice(_TOWNS)[:-1]
    return Project(
        unit,
        f"示例{place}{ending}" + ("（二期）" if turn else ""),
        works,
        start,
        start + timedelta(days=30 * months),
        start + timedelta(days=30 * months + chance.randrange(20, 90)),
    )
