"""Graphs for Gephi."""

from __future__ import annotations

import io

import networkx
from fixtures import solved

from cohortopt.io.graphml import assignment_graph, graphml, skill_graph
from cohortopt.report.why import served


def test_the_assignment_reads_back_with_every_link() -> None:
    solution, facts = solved(24)
    graph = networkx.read_graphml(io.BytesIO(graphml(assignment_graph(solution, facts))))
    links = [link for match in solution.assignment.matches for link in match.links()]
    assert graph.number_of_edges() == len(links)
    assert set(graph.nodes) == set(facts.roster.ids())


def test_the_skill_graph_weighs_what_each_could_teach() -> None:
    _, facts = solved(24)
    graph = networkx.read_graphml(io.BytesIO(graphml(skill_graph(facts))))
    assert 0 < max(dict(graph.in_degree()).values()) <= 10
    for giver, taker, weight in graph.edges(data="weight"):
        me = facts.roster[taker]
        worth = sum(one.worth for one in served(facts.roster[giver], me, facts.skills))
        assert weight == round(worth / (50_000 * sum(me.skills_wanted.values())), 4)
