"""Nodes of one gateway: membership, messages between nodes, shared cooldowns."""
