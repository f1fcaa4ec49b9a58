"""The doors of Rasa: REST, Socket.IO, the action server and the NLU, as its own programs speak them."""
