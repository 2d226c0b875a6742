"""The circuit that would be built: its costs, its Verilog, and a proof that it is the network.

Circuits are traced by the package alkaid (extra ``hardware``); it is imported where it is used.
"""
