"""How much will a customer's next order be? Features, training and the choice of the model that is served."""
