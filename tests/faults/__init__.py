"""What goes wrong around powerstats, and that nothing known is lost to it."""
