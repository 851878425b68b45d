"""What people in the demo are called, by language. Any likeness to a living person is chance."""

import unicodedata
from typing import Final

GIVEN: Final = {
    "german": "Andrea Anja Bernd Birgit Christian Daniela Florian Franziska Hanna Holger Jan Julia Karin Katrin Lukas Markus Matthias Miriam Nadine Oliver Petra Sabine Stefan Thomas Ulrike Uwe Vera Wolfgang Annette Benjamin Carolin Dirk Elke Felix Gudrun Heike Ingo Jens Jürgen Katja Lena Manfred Nils Paul Ralf Sebastian Silke Susanne Thorsten Tobias Ute Volker Yvonne",
    "french": "Adèle Bruno Camille Céline Didier Élodie Fabien Gaëlle Hugo Inès Julien Laure Mathieu Nathalie Olivier Pauline Rémi Sophie Thierry Yves",
    "dutch": "Anouk Bas Daan Els Femke Gijs Hanneke Ilse Jeroen Joost Lieke Maarten Marloes Niels Pieter Roos Sander Tessa Wouter",
    "italian": "Alessandro Beatrice Chiara Davide Elena Federico Gianni Ilaria Lorenzo Luca Marta Paola Pietro Roberta Simone Valentina",
    "spanish": "Alba Álvaro Carmen Diego Elena Gonzalo Irene Javier Jorge Lucía Marta Nuria Pablo Pilar Raúl Sergio",
    "portuguese": "Ana Beatriz Catarina Duarte Filipe Inês João Leonor Miguel Rita Rui Tiago",
    "polish": "Agnieszka Bartosz Beata Ewa Grzegorz Joanna Krzysztof Magdalena Marek Monika Paweł Piotr Tomasz Zofia",
    "czech": "Alena David Eva Jana Jiří Lenka Marek Martin Ondřej Petr Tereza Veronika",
    "nordic": "Anders Astrid Bjørn Camilla Erik Freja Gustav Henrik Ida Johanna Kristin Lars Maja Mikkel Nina Oskar Signe Sven Tove",
    "finnish": "Aino Antti Eero Elina Jari Juha Kaisa Laura Mikko Outi Päivi Pekka Riikka Tuomas",
    "english": "Adam Alison Andrew Bethany Chris Claire Daniel Emma Fiona Gareth Grace Hannah Ian James Karen Kevin Laura Marcus Megan Nathan Olivia Patrick Rachel Sean Simon Tara Victoria",
    "indian": "Aarti Anil Arjun Deepa Divya Farah Harish Kavita Lakshmi Manoj Meera Nikhil Pooja Rahul Ravi Sanjay Sunita Vikram",
    "turkish": "Ahmet Ayşe Burak Cem Defne Elif Emre Fatma Hakan Leyla Mehmet Murat Selin Zeynep",
    "african": "Abena Adaeze Amadou Chidi Fatou Ifeoma Kofi Kwame Mariam Ngozi Sekou Thandiwe Yaw Zanele",
    "arabic": "Amina Hassan Ibrahim Karim Khadija Layla Mariam Nadia Omar Rania Samir Yasmin Youssef Zahra",
    "east_asian": "Akiko Chen Daiki Hana Hiroshi Ji-woo Lan Li Mei Min-jun Ngoc Seo-yeon Thuy Wei Yuki",
}  # fmt: skip
FAMILY: Final = {
    "german": "Albrecht Behrens Brandt Dietrich Ebert Fuchs Gerlach Haas Hartmann Heller Jansen Kessler Kolb Krämer Lorenz Maurer Neubauer Ott Pohl Reinhardt Sauer Schilling Seidel Thiel Vogt Weiland Winkler Ziegler Arendt Baumgart Bock Busch Conrad Dorn Engelhardt Falk Friedrich Geiger Grimm Hahn Heinemann Horn Jung Kaufmann Kirsch Köhler Kuhn Lindner Marx Menzel Nowak Opitz Pfeiffer Raab Rieger Sommer Stark Steiner Ullrich Wendt Wirth Zander",
    "french": "Arnaud Barbier Chevalier Delorme Fabre Garnier Hamon Jacquet Lambert Lemaire Marchand Noël Perrin Renaud Roussel Tessier Vidal",
    "dutch": "Bakker Claes de_Boer de_Graaf Dekker Hermans Kuipers Maes Mulder Peeters Postma Smeets van_Dam van_Leeuwen Vermeer Visser Wouters",
    "italian": "Barbieri Bellini Conti D'Amico De_Luca Fabbri Ferrari Galli Leone Mancini Moretti Neri Parisi Rinaldi Serra Villa",
    "spanish": "Aguilar Blanco Cano Domínguez Fuentes Gil Herrera Iglesias Lozano Molina Navarro Ortega Prieto Rubio Soler Vega",
    "portuguese": "Almeida Barros Cardoso Fonseca Lopes Moreira Nunes Pinto Ramos Tavares Teixeira Vaz",
    "polish": "Adamska Baran Duda Gajewski Jabłoński Kaczmarek Kubiak Lis Mazur Olszewska Pawlak Sikora Wilk Zając",
    "czech": "Beneš Černá Dvořák Fiala Horák Kučera Malá Novotná Pokorný Sedláček Urban Veselý",
    "nordic": "Berglund Dahl Eklund Eriksen Forsberg Hagen Holm Iversen Jensen Kjær Lindgren Lund Mortensen Nyström Poulsen Sandberg Strand Wiik Öberg",
    "finnish": "Hakala Heikkinen Järvinen Kallio Laine Lehtonen Mäkelä Nieminen Rantanen Salminen Tuominen Virtanen",
    "english": "Atkinson Barlow Bennett Carver Doyle Ellison Fletcher Gallagher Harding Hughes Keane Lawson Mercer Nolan Osborne Pritchard Quinn Redmond Shaw Sutton Thornton Underwood Walsh Whitaker Yates",
    "indian": "Bhat Chatterjee Desai Ghosh Iyer Joshi Kapoor Kulkarni Menon Nair Patel Rao Reddy Shah Singh Varma",
    "turkish": "Acar Aydın Bulut Çelik Demir Erdem Kaya Koç Özkan Polat Şahin Yıldız",  # noqa: RUF001  Turkish has both
    "african": "Abebe Adeyemi Boateng Diallo Dlamini Eze Keita Mensah Mwangi Nkosi Obi Okeke Sow Traoré",
    "arabic": "Aziz Benali Chaoui Farouk Haddad Hamdi Khoury Mansour Nasser Rahmani Saleh Tazi",
    "east_asian": "Chan Fujita Hoang Ito Kim Le Lin Nakamura Park Pham Tanaka Tran Wang Yoon Zhang",
}  # fmt: skip
# Who lives somewhere is not always from there.
ELSEWHERE: Final = (
    "african arabic east_asian english french german indian italian polish portuguese spanish turkish"
)
NICKNAMES: Final = {
    "Alessandro": "Sandro", "Andrew": "Andy", "Bernd": "Bernhard", "Christian": "Chris", "Daniel": "Dan",
    "Franziska": "Franzi", "James": "Jim", "Julia": "Julie", "Katrin": "Kathrin", "Kevin": "Kev",
    "Krzysztof": "Krzys", "Lukas": "Luke", "Matthias": "Mathias", "Nathalie": "Natalie", "Patrick": "Pat",
    "Stefan": "Stephan", "Thomas": "Tom", "Tomasz": "Tomek", "Ulrike": "Uli", "Victoria": "Vicky",
}  # fmt: skip


def words(text: str) -> list[str]:
    """A list of names; an underscore is a blank within one."""
    return [word.replace("_", " ") for word in text.split()]


FOLDED: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "ı": "i", "Ø": "O", "Ł": "L"})  # noqa: RUF001  Turkish has both


def plain(text: str) -> str:
    """In plain ASCII, as mail addresses and hurried typists write it: "Kjær" is "Kjaer"."""
    return unicodedata.normalize("NFKD", text.translate(FOLDED)).encode("ascii", "ignore").decode()
