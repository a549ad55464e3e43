"""The tests: data where they can be, fakes before mocks, real parts where people use them."""
