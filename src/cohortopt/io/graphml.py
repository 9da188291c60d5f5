"""GraphML for Gephi and its like: who meets whom, and who could teach whom."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from cohortopt.io.safe import sheet_text
from cohortopt.model.facts import Facts
from cohortopt.model.people import Person
from cohortopt.model.solution import Solution

if TYPE_CHECKING:
    import networkx

NEAREST = 10  # givers per person in the graph of skills
_WHOLE = 50_000  # importance 1 x closeness 10,000 x mastery 5


def assignment_graph(solution: Solution, facts: Facts) -> networkx.MultiDiGraph:
    """Return people as nodes and the links of all matches as edges, giver to taker."""
    import networkx

    graph = networkx.MultiDiGraph()
    _people(graph, facts)
    for program in solution.programs:
        for match in program.matches:
            for giver, taker in match.links():
                graph.add_edge(
                    giver,
                    taker,
                    program=sheet_text(program.name),
                    match=sheet_text(match.match),
                    round=match.round,
                    points=match.points,
                    topic=sheet_text(match.topic or ""),
                )
    return graph


def skill_graph(facts: Facts, nearest: int = NEAREST) -> networkx.DiGraph:
    """Return who could teach whom: up to ``nearest`` best givers of each person.

    The weight of an edge is the part, 0 to 1, of the taker's wishes that the giver can serve.
    Givers are found through the skills they offer, so the time is that of the links that exist.
    """
    import networkx

    graph = networkx.DiGraph()
    _people(graph, facts)
    offers: dict[str, list[tuple[str, int]]] = {}
    for person in facts.roster.people:
        for skill, mastery in person.skills_offered.items():
            offers.setdefault(skill, []).append((person.id, mastery))
    closest: dict[str, list[tuple[str, int]]] = {}
    for person in facts.roster.people:
        total = sum(person.skills_wanted.values())
        worth: dict[str, int] = {}
        for wanted, importance in person.skills_wanted.items():
            if wanted not in closest:
                near = ((offered, facts.skills.closeness(wanted, offered)) for offered in offers)
                closest[wanted] = [(offered, value) for offered, value in near if value]
            best: dict[str, int] = {}
            for offered, value in closest[wanted]:
                for giver, mastery in offers[offered]:
                    best[giver] = max(best.get(giver, 0), value * mastery)
            for giver, value in best.items():
                worth[giver] = worth.get(giver, 0) + importance * value
        worth.pop(person.id, None)
        ranked = sorted(worth.items(), key=lambda item: (-item[1], item[0]))[:nearest]
        for giver, value in ranked:
            graph.add_edge(giver, person.id, weight=round(value / (_WHOLE * total), 4))
    return graph


def graphml(graph: networkx.Graph) -> bytes:
    """Return a graph as the bytes of a GraphML file; ids keep what XML allows."""
    import networkx

    names: dict[str, str] = {}
    for node in graph:
        name, number = sheet_text(node), 1
        while name in names:
            number += 1
            name = f"{sheet_text(node)} ({number})"
        names[name] = node
    file = io.BytesIO()
    written = networkx.relabel_nodes(graph, {node: name for name, node in names.items()})
    networkx.write_graphml_xml(written, file)
    return file.getvalue()


def _people(graph: networkx.Graph, facts: Facts) -> None:
    for person in facts.roster.people:
        graph.add_node(person.id, **_about(person))


def _about(person: Person) -> dict[str, str | int]:
    about: dict[str, str | int] = {
        "label": sheet_text(person.name or person.id),
        "department": sheet_text(person.department),
        "location": sheet_text(person.location),
        "offers": sheet_text("; ".join(person.skills_offered)),
        "wants": sheet_text("; ".join(person.skills_wanted)),
    }
    if person.level is not None:
        about["level"] = person.level
    return about
