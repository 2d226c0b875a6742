"""The circuit that would be built: its costs, its Verilog, and a proof that it is the network."""
