"""The five tables: records say how things lie in them, stores find and change them in the words of the domain."""
